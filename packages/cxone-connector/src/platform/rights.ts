import { grant } from './capabilities.ts';
import { parts } from './parts.ts';
import type { Part } from './parts.ts';
import { permissions } from './permissions.ts';

/** So many denials without one success, and the part is not asked for any more. */
const denialsInARow = 3;
/** Milliseconds: then it is tried again, for a source that lives long; the right may have been granted. */
const askedAgainAfterMs = 3_600_000;

interface PartRight {
  given: boolean;
  refusals: number;
  lastRefusal: number;
}

/**
 * What the login may read, as the answers show it. A part that is given once is asked for ever after: single
 * contacts may be denied to a login that may read all others.
 */
export class Rights {
  readonly #now: () => number;
  readonly #parts = new Map<Part, PartRight>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  mayAsk(part: Part): boolean {
    const { given, refusals, lastRefusal } = this.#of(part);
    return given || refusals < denialsInARow || this.#now() - lastRefusal >= askedAgainAfterMs;
  }

  granted(part: Part): void {
    this.#of(part).given = true;
  }

  /** The API answered 403. */
  denied(part: Part): void {
    const right = this.#of(part);
    right.refusals += 1;
    right.lastRefusal = this.#now();
  }

  /** One sentence for each part that was denied; without numbers, so that a service says it once. */
  warnings(): readonly string[] {
    return parts.flatMap((part) => {
      const right = this.#parts.get(part);
      return right === undefined || right.refusals === 0 ? [] : [sentence(part, right)];
    });
  }

  #of(part: Part): PartRight {
    const known = this.#parts.get(part) ?? { given: false, refusals: 0, lastRefusal: 0 };
    this.#parts.set(part, known);
    return known;
  }
}

function sentence(part: Part, { given }: PartRight): string {
  const { name, permission } = permissions[part];
  if (given) return `${name}: denied for some contacts; the role may not see these contacts in CXone`;
  return `${name}: denied; ${grant(permission)}`;
}
