import type { BudgetWatch } from '@cxvault/core';

/** How much of an API family's budget is in use. */
export interface FamilyUse {
  readonly family: string;
  readonly used: number;
  readonly limit: number;
}

/** Remembers how the API budgets are used, for progress and metrics. Times in milliseconds since 1970. */
export class BudgetUse implements BudgetWatch {
  readonly #now: () => number;
  readonly #waits = new Map<string, { readonly from: number; readonly until: number }>();
  readonly #uses = new Map<string, { used: number; limit: number; until: number }>();
  readonly #waitedMs = new Map<string, number>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  waiting(family: string, waitMs: number): void {
    const from = this.#now();
    this.#waits.set(family, { from, until: from + waitMs });
    this.#waitedMs.set(family, (this.#waitedMs.get(family) ?? 0) + waitMs);
  }

  taken(family: string, use: { used: number; limit: number; perMs: number }): void {
    this.#waits.delete(family);
    this.#uses.set(family, { used: use.used, limit: use.limit, until: this.#now() + use.perMs });
  }

  /** The longest wait that is under way, and how much of it is left; undefined when there is none of a second or more. */
  longestWait(): { readonly family: string; readonly leftMs: number } | undefined {
    const now = this.#now();
    return [...this.#waits]
      .map(([family, { until }]) => ({ family, leftMs: until - now }))
      .filter(({ leftMs }) => leftMs >= 1_000)
      .toSorted((one, other) => other.leftMs - one.leftMs)[0];
  }

  /** Slots in use by family, by all processes that share them, when this one last took one. */
  uses(): FamilyUse[] {
    const now = this.#now();
    return [...this.#uses].map(([family, { used, limit, until }]) => ({
      family,
      used: now < until ? used : 0,
      limit,
    }));
  }

  /** How long requests have waited for each family's budget, in milliseconds. */
  waitedMs(): ReadonlyMap<string, number> {
    return this.#waitedMs;
  }
}
