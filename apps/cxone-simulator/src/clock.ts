/** The tenant's time: another clock's, shifted by an offset that a test can move on. */
export class TenantClock {
  readonly #real: () => number;
  #offset: number;

  /** @param real milliseconds since 1970 @param offset milliseconds by which the tenant's clock is ahead */
  constructor(real: () => number, offset: number) {
    this.#real = real;
    this.#offset = offset;
  }

  /** Milliseconds since 1970, as the tenant sees it. */
  now(): number {
    return this.#real() + this.#offset;
  }

  /** Lets time pass at once. Never backwards: what has happened stays happened. */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) throw new RangeError('the clock can only be moved forward');
    this.#offset += milliseconds;
  }
}

/** Milliseconds since 1970 as the APIs write a time: ISO 8601 in UTC. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}
