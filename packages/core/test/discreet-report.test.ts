import { describe, expect, it } from '@jest/globals';

import { lastRun } from '../src/query/last-run.ts';
import { discreetReport } from '../src/run/discreet-report.ts';
import { PollingRun } from '../src/run/polling-run.ts';
import { hideSecrets, modelSecret, Schedule } from './model/schedule.ts';

const signed = `https://h.example/x?${modelSecret}`;

describe('a report', () => {
  it('hides secrets in reasons and warnings, and leaves ids to the letter', () => {
    const id = 'call?token=1';
    const failed = [{ interaction_id: id, reason: signed }];
    const report = discreetReport(
      {
        total_interactions: 1,
        successful_archives: 0,
        failed_archives: 1,
        retried_and_succeeded: 0,
        success_rate: '0.00%',
        archived_records: [],
        failed_records: failed,
        generated_at: '',
        run_id: '',
        archive: '',
        profile: '',
        windows: [],
        tips: [],
        unchanged: 0,
        given_up: 0,
        media: { archived: 0, bytes: 0, absent: 0, provisional: 0 },
        bytes: { plaintext: 0, stored: 0 },
        marks: { sent: 0, failed, pending: 0 },
        api_calls: {},
        calls_per_1000: {},
        duration_ms: 0,
        warnings: [signed],
        journal_damage: [
          { object_key: 'k', kind: 'journal', problem: 'checksum', detail: signed, interactions: [] },
        ],
        error: { code: 'INTERNAL', message: signed, hint: signed },
      },
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
