import type { StoredReport, VerifyReport } from '@cxvault/core';
import type { Attributes, Telemetry } from './telemetry.ts';

/** Adds what a run did to the counters: the numbers of its report, less those of an earlier one that are in already. */
export function countRun(telemetry: Telemetry, report: StoredReport, counted?: StoredReport): void {
  const before = new Map(counted && countsOf(counted).map((one) => [keyOf(one), one.value]));
  for (const one of countsOf(report)) {
    const value = one.value - (before.get(keyOf(one)) ?? 0);
    telemetry.count(one.name, Math.max(0, value), one.attributes); // counters never go back
  }
}

/** The counters of a service, which may live for months and do one run after the other. */
export class ServiceCounters {
  /** What is in already of the run under way. */
  #counted: StoredReport | undefined;

  note(telemetry: Telemetry, report: StoredReport): void {
    countRun(telemetry, report, this.#counted?.run_id === report.run_id ? this.#counted : undefined);
    this.#counted = report;
  }
}

interface Count {
  readonly name: string;
  readonly value: number;
  readonly attributes?: Attributes;
}

function keyOf({ name, attributes }: Count): string {
  return JSON.stringify([name, attributes]);
}

function countsOf({ media, bytes, marks, api_calls, ...report }: StoredReport): Count[] {
  const byOutcome = (name: string, outcomes: Readonly<Record<string, number>>): Count[] =>
    Object.entries(outcomes).map(([outcome, value]) => ({ name, value, attributes: { outcome } }));
  return [
    ...byOutcome('cxvault.interactions', {
      archived: report.successful_archives,
      failed: report.failed_archives,
      unchanged: report.unchanged,
    }),
    ...byOutcome('cxvault.media', { archived: media.archived, absent: media.absent }),
    { name: 'cxvault.media.bytes', value: media.bytes },
    { name: 'cxvault.stored.bytes', value: bytes.stored },
    ...byOutcome('cxvault.marks', { sent: marks.sent, failed: marks.failed.length }),
    ...Object.entries(api_calls).flatMap(([family, { count, throttled, retried }]) => [
      { name: 'cxvault.api.calls', value: count, attributes: { family } },
      { name: 'cxvault.api.throttled', value: throttled, attributes: { family } },
      { name: 'cxvault.api.retried', value: retried, attributes: { family } },
    ]),
  ];
}

/** Adds what a verify proved to the counters. */
export function countVerify(telemetry: Telemetry, { objects, records, media }: VerifyReport): void {
  for (const [kind, { checked, damaged }] of Object.entries({ objects, records, media })) {
    telemetry.count('cxvault.verified', checked, { kind });
    telemetry.count('cxvault.damaged', damaged, { kind });
  }
}
