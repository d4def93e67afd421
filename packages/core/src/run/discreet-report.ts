import type { ReplicaReport } from '../mirror/replica.ts';
import type { StoredReport } from './report.ts';

/** A text without what would let its reader in, such as signed addresses and tokens. */
export type HideSecrets = (text: string) => string;

/**
 * A report as it may be stored and shown: reasons, warnings, details and errors come from the API, the store and the
 * journal, which others may have written. Ids and addresses of objects stay to the letter.
 */
export function discreetReport<Report extends StoredReport>(report: Report, hide: HideSecrets): Report {
  const { error } = report;
  return {
    ...report,
    failed_records: report.failed_records.map((failed) => withReason(failed, hide)),
    marks: { ...report.marks, failed: report.marks.failed.map((failed) => withReason(failed, hide)) },
    ...(report.archives && { archives: report.archives.map((one) => discreetReplica(one, hide)) }),
    warnings: report.warnings.map(hide),
    journal_damage: report.journal_damage.map((one) => ({ ...one, detail: hide(one.detail) })),
    ...(error && {
      error: {
        ...error,
        message: hide(error.message),
        ...(error.hint !== undefined && { hint: hide(error.hint) }),
      },
    }),
  };
}

function discreetReplica(replica: ReplicaReport, hide: HideSecrets): ReplicaReport {
  return { ...replica, ...(replica.reason !== undefined && { reason: hide(replica.reason) }) };
}

function withReason<Failed extends { readonly reason: string }>(failed: Failed, hide: HideSecrets): Failed {
  return { ...failed, reason: hide(failed.reason) };
}
