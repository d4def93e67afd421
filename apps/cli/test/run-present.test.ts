import { describe, expect, it } from '@jest/globals';
import type { RunReport } from '@cxvault/core';
import { presentRun } from '../src/present/run.ts';

const report: RunReport = {
  total_interactions: 4,
  successful_archives: 4,
  failed_archives: 0,
  retried_and_succeeded: 0,
  success_rate: '100.00%',
  archived_records: [],
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
  api_calls: {
    query: { count: 1, throttled: 0, retried: 0 },
    detail: { count: 5, throttled: 1, retried: 1 },
  },
  calls_per_1000: { query: 250, detail: 1250 },
  duration_ms: 1_000,
  warnings: [],
  journal_damage: [],
};

describe('a run for people', () => {
  it('says what a backlog of its kind costs, if it archived anything', () => {
    expect(presentRun(report, {})).toMatch(
      /^API calls +query 1, detail 5 .*\nper 1,000 +query 250, detail 1,250 /m,
    );
    expect(presentRun({ ...report, calls_per_1000: {} }, {})).not.toContain('per 1,000');
  });
});
