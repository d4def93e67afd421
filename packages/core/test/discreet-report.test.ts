import { describe, expect, it } from '@jest/globals';

import { lastRun } from '../src/query/last-run.ts';
import { discreetReport } from '../src/run/discreet-report.ts';
import { PollingRun } from '../src/run/polling-run.ts';
import { hideSecrets, modelSecret, Schedule } from './model/schedule.ts';
import { quietReport } from './quiet-report.ts';

const signed = `https://h.example/x?${modelSecret}`;

describe('a report', () => {
  it('hides secrets in reasons and warnings, and leaves ids to the letter', () => {
    const id = 'call?token=1';
    const failed = [{ interaction_id: id, reason: signed }];
    const report = discreetReport(
      quietReport({
        failed_records: failed,
        marks: { sent: 0, failed, pending: 0 },
        warnings: [signed],
        journal_damage: [
          { object_key: 'k', kind: 'journal', problem: 'checksum', detail: signed, interactions: [] },
        ],
        error: { code: 'INTERNAL', message: signed, hint: signed },
      }),
      hideSecrets,
    );
    expect(JSON.stringify(report)).not.toContain(modelSecret);
    expect(report.failed_records[0]?.interaction_id).toBe(id);
  });

  it('lies in the archive without the secret that an error told', async () => {
    const schedule = new Schedule(1, 'punctual');
    await schedule.start();
    const archive = await schedule.archive(schedule.store);
    const catalog = schedule.catalog(archive);
    const run = await PollingRun.open({
      archive,
      catalog,
      clock: schedule.clock,
      tool: { name: 'cxvault', version: 'test' },
      archiveUrl: 'memory:',
      hideSecrets,
    });
    await run.pass({ source: schedule.tenant });
    await run.end({ archivedRecords: false, error: new Error(signed) });
    await run[Symbol.asyncDispose]();
    const last = await lastRun(archive, catalog, null, []);
    expect(last?.report?.error?.message).toBe('https://h.example/x?**redacted**');
  });
});
