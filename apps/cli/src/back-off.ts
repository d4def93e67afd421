const first = 2_000; // milliseconds
const longest = 15 * 60_000;

/** How long to wait after each outage in a row: twice as long each time, up to 15 min, the half of it by chance. */
export class BackOff {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Milliseconds. */
  next(): number {
    const full = Math.min(longest, first * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    return full / 2 + (this.#random() * full) / 2;
  }

  /** It works again. */
  reset(): void {
    this.#failures = 0;
  }
}
