import type { CallOptions } from './object-store.ts';

/** At most `limit` requests in any period of `perMs` as the server counts; 0: no limit. */
export interface BudgetRule {
  readonly limit: number;
  /** Milliseconds. */
  readonly perMs: number;
  /** Space the requests evenly over the period, the first one gap after start: for slow, precious budgets. */
  readonly even?: boolean;
}

/** The families of CXone's API, each with a limit of its own: what the configuration file may set budgets for. */
export const budgetFamilies = [
  'query',
  'detail',
  'mark',
  'media',
  'acd',
  'media-playback',
  'business-data',
  'dfo',
  'data-extraction',
] as const;

/** Rules by API family: `query`, `detail`, `mark`, `media`, … */
export type BudgetRules = Readonly<Record<string, BudgetRule>>;

/** One permitted request. `done` is called once, when its response (or failure) has come. */
export interface BudgetSlot {
  /** The response as far as it matters for the rate; nothing when the request failed without one. */
  done(response?: {
    readonly status: number;
    readonly retryAfter?: string | null;
    readonly date?: string | null;
  }): void;
}

/** Permits for requests against the shared limits of one tenant. */
export interface RateBudgets {
  /**
   * Waits for a slot of the family. Throws `SOURCE_UNREACHABLE` when the family had no success for 30 minutes.
   */
  acquire(family: string, options?: CallOptions): Promise<BudgetSlot>;
  close(): void;
}

/** Opens the budgets of one tenant; all processes that name the same issuer and tenant share them. */
export type OpenBudgets = (scope: {
  readonly issuer: string;
  readonly tenant: string;
  readonly rules: BudgetRules;
}) => RateBudgets;
