import type { Chosen, Faults } from './fault-settings.ts';
import { unit } from './hash.ts';
import { interactionId } from './interaction-id.ts';
import type { Medium } from './media-plan.ts';
import { streams } from './streams.ts';

/** What the tenant gives: `denied` answers 403, `not-found` 404. */
export type Availability = true | 'denied' | 'not-found';

/** What the tenant refuses for good: chosen by id or by a share, and the same at each request. */
export class Refusals {
  readonly #seed: number;
  readonly #faults: () => Faults;

  constructor(seed: number, faults: () => Faults) {
    this.#seed = seed;
    this.#faults = faults;
  }

  interaction(index: number): Availability {
    const { denied, missing } = this.#faults();
    if (this.#hits(missing, streams.missing, index)) return 'not-found';
    return this.#hits(denied, streams.denied, index) ? 'denied' : true;
  }

  medium(medium: Medium): Availability {
    const { mediaDenied, mediaMissing } = this.#faults();
    const { index, ordinal, id } = medium;
    if (this.#hits(mediaMissing, streams.mediaMissing, index, ordinal, id)) return 'not-found';
    return this.#hits(mediaDenied, streams.mediaDenied, index, ordinal, id) ? 'denied' : true;
  }

  /** Whether the fields of an interaction cannot be changed. */
  locked(index: number): boolean {
    return this.#hits(this.#faults().locked, streams.locked, index);
  }

  #hits(chosen: Chosen | undefined, stream: number, index: number, ordinal = 0, id?: string): boolean {
    if (chosen === undefined) return false;
    if (unit(this.#seed, stream, index, ordinal) < chosen.fraction) return true;
    return chosen.ids.size > 0 && chosen.ids.has(id ?? interactionId(this.#seed, index));
  }
}
