import { describe, expect, it } from '@jest/globals';
import type { RunReport } from '@cxvault/core';
import { quietReport } from '../../../packages/core/test/quiet-report.ts';
import { presentRun } from '../src/present/run.ts';

const report: RunReport = {
  ...quietReport({
    total_interactions: 4,
    successful_archives: 4,
    api_calls: {
      query: { count: 1, throttled: 0, retried: 0 },
      detail: { count: 5, throttled: 1, retried: 1 },
    },
    calls_per_1000: { query: 250, detail: 1250 },
  }),
  archived_records: [],
};

describe('a run for people', () => {
  it('says what a backlog of its kind costs, if it archived anything', () => {
    expect(presentRun(report, {})).toMatch(
      /^API calls +query 1, detail 5 .*\nper 1,000 +query 250, detail 1,250 /m,
    );
    expect(presentRun({ ...report, calls_per_1000: {} }, {})).not.toContain('per 1,000');
  });
});
