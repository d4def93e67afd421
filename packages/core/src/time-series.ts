/** Counts of one interval. */
export interface Interval {
  /** Where it begins, in milliseconds since 1970. */
  readonly from: number;
  readonly count: number;
}

/**
 * Counts over time in a bounded number of intervals of one length: when time runs past the last of them, each two
 * become one. So a run of a week needs no more memory than one of a minute, and shows less detail.
 */
export class TimeSeries {
  readonly start: number;
  readonly #most: number;
  #widthMs: number;
  #counts: number[] = [];

  /** `start`: milliseconds since 1970; `widthMs`: the length of an interval at first. */
  constructor(start: number, { widthMs = 1_000, most = 200 } = {}) {
    this.start = start;
    this.#widthMs = widthMs;
    this.#most = most;
  }

  /** The length of an interval now. */
  get widthMs(): number {
    return this.#widthMs;
  }

  /** Counts at a time; one before the start, after a clock was set back, counts in the first interval. */
  add(at: number, count = 1): void {
    const index = this.#indexOf(at);
    while (this.#counts.length <= index) this.#counts.push(0);
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
  }

  /** The intervals so far, without gaps. Several are joined where `atLeastMs` asks for longer ones. */
  intervals(atLeastMs = 0): Interval[] {
    const joined = Math.max(1, Math.ceil(atLeastMs / this.#widthMs));
    const widthMs = joined * this.#widthMs;
    return Array.from({ length: Math.ceil(this.#counts.length / joined) }, (_, index) => ({
      from: this.start + index * widthMs,
      count: sum(this.#counts.slice(index * joined, (index + 1) * joined)),
    }));
  }

  #indexOf(at: number): number {
    const sinceStart = Math.max(0, at - this.start);
    while (sinceStart >= this.#most * this.#widthMs) this.#joinPairs();
    return Math.floor(sinceStart / this.#widthMs);
  }

  #joinPairs(): void {
    const pairs = Math.ceil(this.#counts.length / 2);
    this.#counts = Array.from({ length: pairs }, (_, index) =>
      sum(this.#counts.slice(2 * index, 2 * index + 2)),
    );
    this.#widthMs *= 2;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
