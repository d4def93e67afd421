import type { RunReport, VerifyReport } from '@cxvault/core';
import type { Telemetry } from './telemetry.ts';

/** Adds what a run did to the counters: the numbers of its report. */
export function countRun(telemetry: Telemetry, report: RunReport): void {
  const interactions = {
    archived: report.successful_archives,
    failed: report.failed_archives,
    unchanged: report.unchanged,
  };
  for (const [outcome, value] of Object.entries(interactions))
    telemetry.count('cxvault.interactions', value, { outcome });
  telemetry.count('cxvault.media', report.media.archived, { outcome: 'archived' });
  telemetry.count('cxvault.media', report.media.absent, { outcome: 'absent' });
  telemetry.count('cxvault.media.bytes', report.media.bytes);
  telemetry.count('cxvault.stored.bytes', report.bytes.stored);
  telemetry.count('cxvault.marks', report.marks.sent, { outcome: 'sent' });
  telemetry.count('cxvault.marks', report.marks.failed.length, { outcome: 'failed' });
  for (const [family, calls] of Object.entries(report.api_calls)) {
    telemetry.count('cxvault.api.calls', calls.count, { family });
    telemetry.count('cxvault.api.throttled', calls.throttled, { family });
    telemetry.count('cxvault.api.retried', calls.retried, { family });
  }
}

/** Adds what a verify proved to the counters. */
export function countVerify(telemetry: Telemetry, { objects, records, media }: VerifyReport): void {
  for (const [kind, { checked, damaged }] of Object.entries({ objects, records, media })) {
    telemetry.count('cxvault.verified', checked, { kind });
    telemetry.count('cxvault.damaged', damaged, { kind });
  }
}
