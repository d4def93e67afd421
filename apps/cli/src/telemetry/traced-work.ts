import {
  type Archive,
  type RunResult,
  verifyArchive,
  type VerifyOptions,
  type VerifyReport,
} from '@cxvault/core';
import { countRun, countVerify } from './report-counters.ts';
import type { Telemetry } from './telemetry.ts';

/** A run as a span, and its report in the counters. */
export function tracedRun(telemetry: Telemetry, run: () => Promise<RunResult>): Promise<RunResult> {
  const work = async (): Promise<RunResult> => {
    const result = await run();
    countRun(telemetry, result.report);
    return result;
  };
  return telemetry.span('run', {}, work, ({ error }) => error);
}

/** A verify as a span, and its report in the counters. Damage is a finding, and no failure of the verify. */
export function tracedVerify(
  telemetry: Telemetry,
  archive: Archive,
  options: VerifyOptions,
): Promise<VerifyReport> {
  return telemetry.span('verify', { 'cxvault.depth': options.depth }, async () => {
    const report = await verifyArchive(archive, options);
    countVerify(telemetry, report);
    return report;
  });
}
