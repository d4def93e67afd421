import type { CallCounts } from '@cxvault/plugin-api';

interface FamilyCounts {
  count: number;
  throttled: number;
  retried: number;
  /** Answers below 400: tells a retry whether others got through meanwhile. */
  successes: number;
}

/** Counts requests by API family, for the report. */
export class CallCounter {
  readonly #families = new Map<string, FamilyCounts>();

  sent(family: string): void {
    this.#of(family).count += 1;
  }

  retried(family: string): void {
    this.#of(family).retried += 1;
  }

  answered(family: string, status: number): void {
    const counts = this.#of(family);
    if (status < 400) counts.successes += 1;
    if (status === 429 || status === 503) counts.throttled += 1;
  }

  successes(family: string): number {
    return this.#of(family).successes;
  }

  snapshot(): CallCounts {
    const entries = [...this.#families].map(([family, { count, throttled, retried }]) => {
      return [family, { count, throttled, retried }] as const;
    });
    return Object.fromEntries(entries);
  }

  #of(family: string): FamilyCounts {
    const known = this.#families.get(family) ?? { count: 0, throttled: 0, retried: 0, successes: 0 };
    this.#families.set(family, known);
    return known;
  }
}
