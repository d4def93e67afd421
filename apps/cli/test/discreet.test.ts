import { describe, expect, it } from '@jest/globals';
import type { InteractionSource } from '@cxvault/plugin-api';
import { discreetSource } from '../src/session/discreet-source.ts';
import { discreetReport } from '../src/work/discreet-report.ts';

const signed = 'https://h.example/x?X-Amz-Signature=abcdef0123';
const failure = { reason: signed, requestId: 'Bearer abc.def', permanent: true };

describe('what a source says of failures', () => {
  it('holds no secret, whoever wrote the source', async () => {
    const source: InteractionSource = {
      lanes: ['update'],
      check: () =>
        Promise.resolve({
          identity: { system: 's', profile: 'p', tenant: 't' },
          checks: [{ name: 'list', state: 'missing', detail: signed, hint: signed }],
        }),
      now: () => undefined,
      list: () => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
      }),
      fetch: () => Promise.resolve({ unavailable: failure }),
      openMedia: () => Promise.resolve({ absent: 'denied', failure }),
      mark: () => Promise.resolve({ failed: failure }),
      callCounts: () => ({}),
      close: () => Promise.resolve(),
    };
    const own = discreetSource(source);
    const medium = {
      mediaId: 'm',
      type: undefined,
      durationMs: undefined,
      format: undefined,
      url: undefined,
      playbackUrl: undefined,
      createdTime: undefined,
    };
    const said = [
      await own.check(),
      await own.fetch('1'),
      await own.openMedia('1', medium),
      await own.mark('1', 'x'),
    ];
    expect(JSON.stringify(said)).not.toMatch(/abcdef0123|abc\.def/);
    expect(JSON.stringify(said)).toContain('https://h.example/x');
  });
});

describe('a report', () => {
  it('hides secrets in reasons and warnings, and leaves ids to the letter', () => {
    const id = 'call?token=1';
    const failed = [{ interaction_id: id, reason: signed }];
    const report = discreetReport({
      total_interactions: 1,
      successful_archives: 0,
      failed_archives: 1,
      retried_and_succeeded: 0,
      success_rate: '0.00%',
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
    });
    expect(JSON.stringify(report)).not.toContain('abcdef0123');
    expect(report.failed_records[0]?.interaction_id).toBe(id);
  });
});
