import type { Chosen, Faults } from './fault-settings.ts';
import { unit } from './hash.ts';
import type { Medium } from './media-plan.ts';
import { streams } from './streams.ts';

/** What the tenant gives: `denied` answers 403, `not-found` 404. */
export type Availability = true | 'denied' | 'not-found';

/** The number of a truth under which it counts. */
export function countedAs(available: Availability): 'given' | 'denied' | 'notFound' {
  if (available === true) return 'given';
  return available === 'denied' ? 'denied' : 'notFound';
}

/**
 * What the tenant refuses for good: chosen by id or by a share, and the same at each request. The interactions of the
 * profile `platform` are its master contacts.
 */
export class Refusals {
  readonly #seed: number;
  readonly #faults: () => Faults;
  readonly #idOf: (index: number) => string;

  /** @param idOf the id of the interaction of a number */
  constructor(seed: number, faults: () => Faults, idOf: (index: number) => string) {
    this.#seed = seed;
    this.#faults = faults;
    this.#idOf = idOf;
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

  /** Whether an interaction cannot be marked. */
  locked(index: number): boolean {
    return this.#hits(this.#faults().locked, streams.locked, index);
  }

  #hits(chosen: Chosen | undefined, stream: number, index: number, ordinal = 0, id?: string): boolean {
    if (chosen === undefined) return false;
    if (unit(this.#seed, stream, index, ordinal) < chosen.fraction) return true;
    return chosen.ids.size > 0 && chosen.ids.has(id ?? this.#idOf(index));
  }
}
