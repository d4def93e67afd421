import type { BudgetRules } from '@cxvault/plugin-api';

/** What a tenant allows on the `interactions` API (cxone-api.md, "Default budgets"). */
export const interactionsBudgets = {
  query: { limit: 10, perMs: 1000 },
  detail: { limit: 50, perMs: 1000 },
  mark: { limit: 50, perMs: 1000 },
  media: { limit: 50, perMs: 1000 },
} as const satisfies BudgetRules;
