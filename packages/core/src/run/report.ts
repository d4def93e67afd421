import { type CallCounts, isCxvaultError, type Lane, type ListWindow } from '@cxvault/plugin-api';

import type { Catalog } from '../catalog/catalog.ts';
import type { Damage } from '../damage.ts';
import { discreetReport } from './discreet-report.ts';
import { splitReason } from './failure-reason.ts';
import type { ReplicaReport } from '../mirror/replica.ts';
import type { FailedMark } from './marker.ts';
import type { RunOptions } from './options.ts';
import type { RunCounts } from './run-counts.ts';
import type { RunStart } from './run-start.ts';

/** The completion report (cli: "The completion report"). */
export interface RunReport {
  /** Successful and failed ones; unchanged ones are not in it. */
  readonly total_interactions: number;
  readonly successful_archives: number;
  readonly failed_archives: number;
  /** Failed at first in this run, or in an earlier one, and archived now. */
  readonly retried_and_succeeded: number;
  /** For example "99.50%". */
  readonly success_rate: string;
  readonly archived_records: readonly { readonly interaction_id: string; readonly object_key: string }[];
  readonly failed_records: readonly {
    readonly interaction_id: string;
    readonly reason: string;
    readonly request_id?: string;
  }[];
  readonly generated_at: string;
  readonly run_id: string;
  readonly archive: string;
  /** Of a run on several: how things stand with each. */
  readonly archives?: readonly ReplicaReport[];
  readonly profile: string;
  readonly windows: readonly { readonly lane: Lane; readonly from: string; readonly to: string }[];
  /** SHA-256 of the journal's newest entries: what `verify --expect-tip` takes. */
  readonly tips: readonly string[];
  /** Seen, already archived. */
  readonly unchanged: number;
  /** Interactions that are given up: 403, 404 or 410 in three runs over a day. */
  readonly given_up: number;
  readonly media: {
    readonly archived: number;
    /** Of the originals. */
    readonly bytes: number;
    readonly absent: number;
    /** Of the absent ones, those that are asked for again. */
    readonly provisional: number;
  };
  readonly bytes: { readonly plaintext: number; readonly stored: number };
  readonly marks: { readonly sent: number; readonly failed: readonly FailedMark[]; readonly pending: number };
  readonly api_calls: CallCounts;
  /** Calls by family for 1,000 archived interactions, to plan a backlog with; empty when none was archived. */
  readonly calls_per_1000: Readonly<Record<string, number>>;
  readonly duration_ms: number;
  readonly warnings: readonly string[];
  /** Damage that the journal showed at the start; `verify` tells more. */
  readonly journal_damage: readonly Damage[];
  /** Why the run broke off. */
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** `successful` of `total` as the tutorial writes it. */
export function successRate(successful: number, total: number): string {
  return `${(total === 0 ? 100 : (successful / total) * 100).toFixed(2)}%`;
}

/** A report as the archive keeps it: the journal has the list of what was archived (archive-format: "Reports"). */
export type StoredReport = Omit<RunReport, 'archived_records'>;

/** What a session knows at its end. */
interface SessionEnd {
  readonly options: Pick<RunOptions, 'catalog' | 'clock' | 'archiveUrl' | 'hideSecrets' | 'mirror'>;
  readonly start: Pick<RunStart, 'runId' | 'startedAt' | 'damage'>;
  readonly profile: string;
  readonly apiCalls: CallCounts;
  readonly counts: RunCounts;
  /** Those that are journalled. */
  readonly windows: readonly ListWindow[];
  readonly listedUnchanged: number;
  /** Bytes of records and of their segments. */
  readonly records: { readonly plaintext: number; readonly stored: number };
  readonly marks: { readonly sent: number; readonly failed: readonly FailedMark[] };
  readonly warnings: readonly string[];
  /** Undefined when the run did all it was asked to. */
  readonly error: unknown;
}

/** The report of a run as things stand. */
export function completionReport(end: SessionEnd): StoredReport {
  const { counts, records } = end;
  const { catalog, clock, archiveUrl, hideSecrets, mirror } = end.options;
  const { runId, startedAt, damage } = end.start;
  const outcomes = outcomesOf(catalog, runId, counts);
  const report = {
    ...outcomes,
    generated_at: new Date(clock.now()).toISOString(),
    run_id: runId,
    archive: archiveUrl,
    ...(mirror && { archives: mirror.reports() }),
    profile: end.profile,
    windows: end.windows,
    tips: catalog.tips().map((tip) => tip.sha256),
    unchanged: end.listedUnchanged + counts.seen,
    given_up: catalog.openFailures().filter((failure) => failure.given_up === 1).length,
    media: {
      archived: counts.media,
      bytes: counts.mediaBytes,
      absent: counts.absent,
      provisional: counts.provisional,
    },
    bytes: {
      plaintext: records.plaintext + counts.mediaBytes,
      stored: records.stored + counts.mediaStored,
    },
    marks: { ...end.marks, pending: catalog.pendingMarkCount() },
    api_calls: end.apiCalls,
    calls_per_1000: callsPer1000(end.apiCalls, outcomes.successful_archives),
    duration_ms: clock.now() - startedAt,
    warnings: end.warnings,
    journal_damage: damage,
    ...(end.error !== undefined && { error: errorField(end.error) }),
  };
  return discreetReport(report, hideSecrets);
}

/** To one decimal. */
export function callsPer1000(calls: CallCounts, archived: number): Record<string, number> {
  if (archived === 0) return {};
  const families = Object.entries(calls);
  return Object.fromEntries(
    families.map(([family, { count }]) => [family, Math.round((count / archived) * 10_000) / 10]),
  );
}

/** The part of the report that the catalog knows, but for the long list. */
function outcomesOf(
  catalog: Catalog,
  runId: string,
  { retriedAndSucceeded, unknown }: RunCounts,
): Pick<
  RunReport,
  | 'total_interactions'
  | 'successful_archives'
  | 'failed_archives'
  | 'retried_and_succeeded'
  | 'success_rate'
  | 'failed_records'
> {
  const archived = catalog.archivedCountOf(runId);
  const journalled = Array.from(catalog.failedIn(runId)).filter((row) => row.given_up === 0);
  const failed = [...journalled, ...unknown];
  const total = archived + failed.length;
  return {
    total_interactions: total,
    successful_archives: archived,
    failed_archives: failed.length,
    retried_and_succeeded: retriedAndSucceeded,
    success_rate: successRate(archived, total),
    failed_records: failed.map((row) => ({ interaction_id: row.interaction_id, ...splitReason(row.reason) })),
  };
}

/** What a run archived, and where. */
export function archivedRecordsOf(catalog: Catalog, runId: string): RunReport['archived_records'] {
  let segment = '';
  return Array.from(catalog.archivedBy(runId), ({ interaction_id, object_key }) => {
    // a thousand records share a segment: they share its name too, which is longer than all else here
    if (object_key !== segment) segment = object_key;
    return { interaction_id, object_key: segment };
  });
}

/** Why a run broke off, as its report says it. */
export function errorField(error: unknown): NonNullable<RunReport['error']> {
  if (!isCxvaultError(error)) {
    return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
  }
  return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
}
