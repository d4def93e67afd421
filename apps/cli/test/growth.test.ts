import { describe, expect, it } from '@jest/globals';
import { growthChart } from '../src/present/html/growth.ts';

describe('the chart of a total', () => {
  it('names each second below the axis once, however short the run', () => {
    const from = Date.parse('2026-03-01T08:00:00.300Z');
    const drawn = growthChart({
      id: 'g',
      title: 't',
      description: 'd',
      points: [{ at: from + 900, total: 3 }],
      from,
      to: from + 2_000,
    });
    const times = [...String(drawn).matchAll(/>(08:00:\d\d)</g)].map(([, time]) => time);
    expect(times.length).toBeGreaterThan(1);
    expect(new Set(times).size).toBe(times.length);
  });
});
