const spanMs = 60_000;
const sampleMs = 1_000;

/** How fast something grows, over the last minute. */
export class Pace {
  readonly #now: () => number;
  #samples: { readonly at: number; readonly value: number }[] = [];
  #latest = { at: 0, value: 0 };

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  note(value: number): void {
    const at = this.#now();
    this.#latest = { at, value };
    if (at - (this.#samples.at(-1)?.at ?? -Infinity) < sampleMs) return;
    this.#samples = [...this.#samples.filter((sample) => at - sample.at <= spanMs), this.#latest];
  }

  /** Per second; undefined while too little is known. */
  perSecond(): number | undefined {
    const first = this.#samples[0];
    const seconds = first === undefined ? 0 : (this.#latest.at - first.at) / 1_000;
    return first === undefined || seconds < 2 ? undefined : (this.#latest.value - first.value) / seconds;
  }

  /** Milliseconds until so much more is done; undefined while nothing moves. */
  until(left: number): number | undefined {
    const rate = this.perSecond();
    return rate === undefined || rate <= 0 ? undefined : (left / rate) * 1_000;
  }
}
