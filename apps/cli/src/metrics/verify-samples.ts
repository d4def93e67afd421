import type { VerifyReport } from '@cxvault/core';
import type { Sample } from './families.ts';

/** The metrics of a verify. `whole`: it looked at the whole archive, not at a period of it. `now`: milliseconds. */
export function verifySamples(report: VerifyReport, whole: boolean, now: number): Sample[] {
  const { archive, depth, objects, records, media, journal } = report;
  const sample = (name: Sample['name'], value: number, labels = {}): Sample => ({
    name,
    labels: { archive, ...labels },
    value,
  });
  const states = (name: Sample['name'], counts: Readonly<Record<string, number>>): Sample[] =>
    Object.entries(counts).map(([state, value]) => sample(name, value, { state }));
  const { checked, damaged, missing, leftover } = objects;
  return [
    sample('cxvault_verify_ok', Number(report.ok)),
    ...(whole ? [sample('cxvault_verify_last_timestamp_seconds', now / 1_000, { depth })] : []),
    ...states('cxvault_verify_objects', { checked, damaged, missing, leftover }),
    ...states('cxvault_verify_records', { checked: records.checked, damaged: records.damaged }),
    ...states('cxvault_verify_media', { checked: media.checked, damaged: media.damaged }),
    ...states('cxvault_verify_journal_entries', { checked: journal.entries, damaged: journal.damaged }),
    sample('cxvault_verify_read_bytes', objects.bytes),
  ];
}
