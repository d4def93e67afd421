import type { BudgetRule, BudgetSlot, CallOptions, OpenBudgets, RateBudgets } from '@cxvault/plugin-api';

import type { Clock } from './clock.ts';
import { isThrottled } from './rate-throttle.ts';
import { TimeSeries } from './time-series.ts';

/** The calls of one API family over time, and what its budget allows. */
export interface FamilyHistory {
  readonly family: string;
  readonly rule: BudgetRule;
  /** Requests, counted when their slot was given. */
  readonly calls: TimeSeries;
  /** Answers 429 and 503. */
  readonly throttled: TimeSeries;
}

/** Writes down when requests were made, around the budgets that permit them. Its size does not grow with the run. */
export class CallHistory {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #families = new Map<string, FamilyHistory>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** Budgets that work like the given ones and are watched. */
  watching(open: OpenBudgets): OpenBudgets {
    return (scope) => {
      const budgets = open(scope);
      return {
        acquire: async (family, options) => this.#watch(family, scope.rules[family], budgets, options),
        close: () => {
          budgets.close();
        },
      };
    };
  }

  /** The families that were used. */
  families(): FamilyHistory[] {
    return [...this.#families.values()];
  }

  async #watch(
    family: string,
    rule: BudgetRule | undefined,
    budgets: RateBudgets,
    options: CallOptions | undefined,
  ): Promise<BudgetSlot> {
    const slot = await budgets.acquire(family, options);
    const history = this.#of(family, rule);
    history.calls.add(this.#clock.now());
    return {
      done: (response) => {
        if (response && isThrottled(response)) history.throttled.add(this.#clock.now());
        slot.done(response);
      },
    };
  }

  #of(family: string, rule: BudgetRule = { limit: 0, perMs: 1_000 }): FamilyHistory {
    const known = this.#families.get(family);
    if (known) return known;
    const calls = new TimeSeries(this.#startedAt);
    const history = { family, rule, calls, throttled: new TimeSeries(this.#startedAt) };
    this.#families.set(family, history);
    return history;
  }
}
