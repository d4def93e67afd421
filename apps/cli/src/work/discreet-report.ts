import type { RunReport, RunResult } from '@cxvault/core';
import { hideSecrets } from '../redact.ts';

/** The result of a run with a {@link discreetReport}. */
export function discreetResult(result: RunResult): RunResult {
  return { ...result, report: discreetReport(result.report) };
}

/**
 * A report as it may be shown: reasons, warnings and details come from the API, the store and the journal, which others
 * may have written. Ids and addresses of objects stay to the letter.
 */
export function discreetReport<Report extends Omit<RunReport, 'archived_records'>>(report: Report): Report {
  return {
    ...report,
    failed_records: report.failed_records.map(withReason),
    marks: { ...report.marks, failed: report.marks.failed.map(withReason) },
    warnings: report.warnings.map(hideSecrets),
    journal_damage: report.journal_damage.map((one) => ({ ...one, detail: hideSecrets(one.detail) })),
  };
}

function withReason<Failed extends { readonly reason: string }>(failed: Failed): Failed {
  return { ...failed, reason: hideSecrets(failed.reason) };
}
