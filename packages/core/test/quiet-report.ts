import type { StoredReport } from '../src/run/report.ts';

/** The report of a run that did nothing, but for these parts: for what is made of reports. */
export function quietReport(parts: Partial<StoredReport> = {}): StoredReport {
  return {
    total_interactions: 0,
    successful_archives: 0,
    failed_archives: 0,
    retried_and_succeeded: 0,
    success_rate: '100.00%',
    failed_records: [],
    generated_at: '2026-03-01T08:00:00.000Z',
    run_id: 'run',
    archive: 'file:///srv/archive',
    profile: 'interactions',
    windows: [],
    tips: [],
    unchanged: 0,
    given_up: 0,
    media: { archived: 0, bytes: 0, absent: 0, provisional: 0 },
    bytes: { plaintext: 0, stored: 0 },
    marks: { sent: 0, failed: [], pending: 0 },
    api_calls: {},
    calls_per_1000: {},
    duration_ms: 1_000,
    warnings: [],
    journal_damage: [],
    ...parts,
  };
}
