import type { RunProgress, StoredReport } from '@cxvault/core';
import type { BudgetUse } from '../budget-use.ts';
import type { Sample } from './families.ts';

/** What is known of a run when its metrics are written. */
export interface RunMeasures {
  /** The archive's address. */
  readonly archive: string;
  readonly budgets: BudgetUse;
  readonly progress?: RunProgress | undefined;
  readonly report?: StoredReport | undefined;
  /** Undefined while the first run or pass is under way. */
  readonly exit?: number | undefined;
  /** When all was done, in milliseconds since 1970; undefined: not this time. */
  readonly succeededAt?: number | undefined;
  /** ISO 8601. */
  readonly lowWaterMark?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The metrics of a run, while it goes on and at its end. */
export function runSamples(measures: RunMeasures): Sample[] {
  const { archive, report, progress, budgets } = measures;
  const sample = (name: Sample['name'], value: number | undefined, labels = {}): Sample[] =>
    value === undefined ? [] : [{ name, labels: { archive, ...labels }, value }];
  const mark = measures.lowWaterMark === undefined ? undefined : Date.parse(measures.lowWaterMark);
  const archived = Math.max(progress?.archived ?? 0, report?.successful_archives ?? 0);
  return [
    ...sample('cxvault_run_last_success_timestamp_seconds', seconds(measures.succeededAt)),
    ...sample('cxvault_run_last_exit_code', measures.exit),
    ...sample('cxvault_run_archived_interactions', archived),
    ...sample('cxvault_run_failed_interactions', report?.failed_archives ?? progress?.failed ?? 0),
    ...sample('cxvault_run_given_up_interactions', report?.given_up),
    ...sample('cxvault_run_pending_marks', report?.marks.pending),
    ...sample('cxvault_run_media', Math.max(progress?.media ?? 0, report?.media.archived ?? 0)),
    ...sample('cxvault_run_plaintext_bytes', report?.bytes.plaintext),
    ...sample('cxvault_run_stored_bytes', report?.bytes.stored),
    ...sample('cxvault_run_low_water_mark_timestamp_seconds', seconds(mark)),
    ...sample('cxvault_run_lag_seconds', mark === undefined ? undefined : seconds(measures.now - mark)),
    ...Object.entries(report?.api_calls ?? {}).flatMap(([family, { count, throttled, retried }]) => [
      ...sample('cxvault_api_calls', count, { family, kind: 'made' }),
      ...sample('cxvault_api_calls', throttled, { family, kind: 'throttled' }),
      ...sample('cxvault_api_calls', retried, { family, kind: 'retried' }),
    ]),
    ...budgets
      .uses()
      .flatMap(({ family, used, limit }) => [
        ...sample('cxvault_api_budget_used', used, { family }),
        ...sample('cxvault_api_budget_limit', limit, { family }),
      ]),
    ...[...budgets.waitedMs()].flatMap(([family, ms]) =>
      sample('cxvault_api_budget_wait_seconds', seconds(ms), { family }),
    ),
  ];
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds) / 1_000;
}
