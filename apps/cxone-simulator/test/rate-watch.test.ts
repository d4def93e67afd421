import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RateWatch } from '../src/rate-watch.ts';

describe('the rate watch', () => {
  it('counts the fullest half-open second, wherever it begins', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 200 }), (gaps) => {
        const watch = new RateWatch();
        const times: number[] = [];
        let time = 0;
        for (const gap of gaps) {
          time += gap;
          times.push(time);
          watch.count(time);
        }
        const fullest = times.map((end) => times.filter((one) => one > end - 1000 && one <= end).length);
        expect(watch.maxPerWindow).toBe(Math.max(0, ...fullest));
      }),
    );
  });

  it('forgets old requests', () => {
    const watch = new RateWatch();
    let last = 0;
    for (let n = 0; n < 20_000; n += 1) last = watch.count(n * 10);
    expect([last, watch.maxPerWindow]).toEqual([100, 100]);
  });
});
