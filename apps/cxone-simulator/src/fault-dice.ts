import { families, transientKinds } from './fault-settings.ts';
import type { Family, Faults, TransientKind } from './fault-settings.ts';
import { unit } from './hash.ts';
import { streams } from './streams.ts';

/** Draws the faults that pass: by seed, family and request number, so that a run can be repeated. */
export class FaultDice {
  readonly #seed: number;
  readonly #faults: () => Faults;
  readonly #inARow = new Map<string, number>();

  constructor(seed: number, faults: () => Faults) {
    this.#seed = seed;
    this.#faults = faults;
  }

  /** The fault that hits this request, if any. `resource` is what is asked for, without signatures. */
  draw(family: Family, number: number, resource: string): TransientKind | undefined {
    const { maxInARow } = this.#faults();
    const kind = this.#hit(family, number);
    if (maxInARow === undefined || kind === 'slow') return kind;
    const before = this.#inARow.get(resource) ?? 0;
    if (kind === undefined || before >= maxInARow) {
      this.#inARow.delete(resource);
      return undefined;
    }
    this.#inARow.set(resource, before + 1);
    return kind;
  }

  #hit(family: Family, number: number): TransientKind | undefined {
    const faults = this.#faults();
    return transientKinds.find((kind, n) => {
      const fault = faults[kind];
      if (fault === undefined || !(fault.families ?? usual(kind)).includes(family)) return false;
      if (fault.at.includes(number)) return true;
      return unit(this.#seed, streams.fault, number, n * 8 + families.indexOf(family)) < fault.rate;
    });
  }
}

/**
 * The families that a fault hits when none are named. A page of HTML with status 200 in place of a recording cannot
 * be told from a recording that is HTML, so media must be named.
 */
function usual(kind: TransientKind): readonly Family[] {
  if (kind === 'expiredCursor') return ['query'];
  return kind === 'html200' ? families.filter((family) => family !== 'media') : families;
}
