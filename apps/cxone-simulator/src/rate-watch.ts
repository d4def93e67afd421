const second = 1000; // ms

/** Watches how many requests come in any stretch of time: a sliding window, as a strict server would measure. */
export class RateWatch {
  readonly #window: number;
  /** Arrival times within the window, oldest first from `#head` on. */
  #times: number[] = [];
  #head = 0;
  #max = 0;

  /** @param window its length in milliseconds */
  constructor(window = second) {
    this.#window = window;
  }

  /** The greatest number of requests that any half-open window [t, t + length) has seen. */
  get maxPerWindow(): number {
    return this.#max;
  }

  /** Counts a request that came at this time (ms, monotonic). Returns how many the window saw with it. */
  count(time: number): number {
    this.#times.push(time);
    while ((this.#times[this.#head] ?? time) <= time - this.#window) this.#head += 1;
    if (this.#head > 4096) {
      this.#times = this.#times.slice(this.#head);
      this.#head = 0;
    }
    const now = this.#times.length - this.#head;
    this.#max = Math.max(this.#max, now);
    return now;
  }
}
