import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { TimeSeries } from '../src/time-series.ts';

const start = Date.parse('2026-11-23T09:00:00.000Z');

describe('a time series', () => {
  it('loses no count, keeps their order, and stays small, however long it goes on', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ after: fc.oneof(fc.nat(3_000), fc.nat(100_000_000)), count: fc.nat(50) }), {
          maxLength: 300,
        }),
        fc.integer({ min: 2, max: 50 }),
        (steps, most) => {
          const series = new TimeSeries(start, { widthMs: 1_000, most });
          let now = start;
          for (const { after, count } of steps) series.add((now += after), count);
          const intervals = series.intervals();
          expect(intervals.length).toBeLessThanOrEqual(most);
          expect(total(intervals)).toBe(total(steps));
          for (const [index, { from }] of intervals.entries())
            expect(from).toBe(start + index * series.widthMs);
          // What was counted by a time is in the intervals up to that time, give or take the one it lies in.
          const half = now - (now - start) / 2;
          let at = start;
          const before = total(steps.filter(({ after }) => (at += after) < half - series.widthMs));
          expect(total(intervals.filter(({ from }) => from < half))).toBeGreaterThanOrEqual(before);
        },
      ),
    );
  });

  it('joins intervals for those who want longer ones', () => {
    const series = new TimeSeries(start, { widthMs: 1_000, most: 10 });
    for (let second = 0; second < 7; second += 1) series.add(start + second * 1_000, second);
    expect(series.intervals(2_500)).toEqual([
      { from: start, count: 3 },
      { from: start + 3_000, count: 12 },
      { from: start + 6_000, count: 6 },
    ]);
  });

  it('counts in its first interval what comes before its start, after a clock was set back', () => {
    const series = new TimeSeries(start);
    series.add(start - 86_400_000);
    expect(series.intervals()).toEqual([{ from: start, count: 1 }]);
  });
});

function total(all: readonly { readonly count: number }[]): number {
  return all.reduce((sum, { count }) => sum + count, 0);
}
