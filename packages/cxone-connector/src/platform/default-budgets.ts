import type { BudgetRules } from '@cxvault/plugin-api';

/** What a tenant allows on NICE's published APIs, and of it what is used (cxone-api.md, "Default budgets"). */
export const platformBudgets = {
  acd: { limit: 2, perMs: 1000 },
  // 150 are allowed; the rest is left to people who listen to recordings
  'media-playback': { limit: 120, perMs: 300_000, even: true },
  'business-data': { limit: 5, perMs: 1000 },
  dfo: { limit: 120_000, perMs: 3_600_000 },
  'data-extraction': { limit: 1, perMs: 31_000 },
  // signed addresses lead to the storage behind the API, which has no such limit
  media: { limit: 0, perMs: 1000 },
} as const satisfies BudgetRules;
