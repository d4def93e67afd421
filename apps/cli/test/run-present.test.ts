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

  it('says of several archives how things stand with each', () => {
    const caught_up = { objects: 0, entries: 0, bytes: 0 };
    const text = presentRun(
      {
        ...report,
        archives: [
          { archive: 'file:///srv/a', state: 'whole', caught_up: { objects: 2, entries: 1, bytes: 3_000 } },
          {
            archive: 's3://bucket/b',
            state: 'unreachable',
            caught_up,
            reason: 'the store could not be reached',
          },
        ],
      },
      { archive: ['/srv/a', 's3://bucket/b'] },
    );
    expect(text).toMatch(
      /^archive +\/srv\/a: whole \(given 2 objects and 1 entry that it lacked, 3.0 kB\)$/m,
    );
    expect(text).toMatch(/^archive +s3:\/\/bucket\/b: unreachable, the store could not be reached$/m);
    expect(text).toContain('Next: cxvault verify --archive /srv/a');
  });
});
