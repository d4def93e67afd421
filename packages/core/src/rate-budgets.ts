import { CxvaultError } from '@cxvault/plugin-api';
import type { BudgetRule, BudgetSlot, CallOptions, OpenBudgets, RateBudgets } from '@cxvault/plugin-api';

import type { Clock } from './clock.ts';
import { FamilyBudget, type BudgetWatch } from './rate-family.ts';
import { RateState } from './rate-state.ts';

export interface RateBudgetOptions {
  /** SQLite file in the user's cache folder, made when it is first needed; `:memory:` shares with nobody. */
  readonly file: string;
  readonly clock: Clock;
  /**
   * Draws the jitter, from [0, 1).
   * @default Math.random
   */
  readonly random?: () => number;
  readonly watch?: BudgetWatch;
}

/**
 * Budgets whose state all processes that open the same file share, by issuer, tenant and API family. Families
 * without a limit touch no database; their gate is the process's own. `acquire` throws `INTERNAL` for a family
 * without a rule and `OUTPUT_FAILED` when the file is not usable.
 */
export function openRateBudgets({
  file,
  clock,
  random = Math.random,
  watch,
}: RateBudgetOptions): OpenBudgets {
  return ({ issuer, tenant, rules }) => {
    const startedAt = clock.now();
    let state: RateState | undefined;
    const families = new Map<string, FamilyBudget>();
    for (const [family, rule] of Object.entries(rules)) {
      checkRule(family, rule);
      const name = JSON.stringify([issuer, tenant, family]);
      const shared = () => (state ??= new RateState(file));
      families.set(family, new FamilyBudget({ family, name, rule, clock, random, startedAt, shared, watch }));
    }
    return new Budgets(families, () => state?.close());
  };
}

class Budgets implements RateBudgets {
  readonly #families: ReadonlyMap<string, FamilyBudget>;
  readonly #closeState: () => void;

  constructor(families: ReadonlyMap<string, FamilyBudget>, closeState: () => void) {
    this.#families = families;
    this.#closeState = closeState;
  }

  async acquire(family: string, options: CallOptions = {}): Promise<BudgetSlot> {
    const budget = this.#families.get(family);
    if (!budget)
      throw new CxvaultError('INTERNAL', 'there is no budget for this API family', { context: { family } });
    return budget.acquire(options.signal);
  }

  close(): void {
    for (const budget of this.#families.values()) budget.close();
    this.#closeState();
  }
}

function checkRule(family: string, { limit, perMs }: BudgetRule): void {
  if (Number.isInteger(limit) && limit >= 0 && Number.isFinite(perMs) && perMs > 0) return;
  throw new CxvaultError('CONFIG_INVALID', 'a budget needs a whole number of requests and a period', {
    context: { family, limit, per_ms: perMs },
    hint: 'for example {"limit": 120, "per": "300s"}; limit 0 means no limit',
  });
}
