const second = 1000; // ms

/** Watches how many requests come in any one second: a sliding window, as a strict server would measure. */
export class RateWatch {
  /** Arrival times of the last second, oldest first from `#head` on. */
  #times: number[] = [];
  #head = 0;
  #max = 0;

  /** The greatest number of requests that any half-open second [t, t + 1 s) has seen. */
  get maxPerSecond(): number {
    return this.#max;
  }

  /** Counts a request that came at this time (ms, monotonic). Returns how many the last second saw with it. */
  count(time: number): number {
    this.#times.push(time);
    while ((this.#times[this.#head] ?? time) <= time - second) this.#head += 1;
    if (this.#head > 4096) {
      this.#times = this.#times.slice(this.#head);
      this.#head = 0;
    }
    const now = this.#times.length - this.#head;
    this.#max = Math.max(this.#max, now);
    return now;
  }
}
