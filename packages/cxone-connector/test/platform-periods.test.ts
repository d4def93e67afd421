import { describe, expect, it } from '@jest/globals';
import { Periods } from '../src/platform/periods.ts';

const hour = 3_600_000;
const day = 24 * hour;
const many = 1_000;

const lengthOf = ({ current }: Periods): number => ((current?.to ?? 0) - (current?.from ?? 0)) / hour;

describe('periods', () => {
  it('follow each other without a gap to the end', () => {
    const periods = new Periods(0, 2.5 * day);
    const given: number[][] = [];
    for (let period = periods.current; period; period = periods.current) {
      given.push([period.from / hour, period.to / hour]);
      periods.done(many, many);
    }
    expect(given).toEqual([
      [0, 24],
      [24, 48],
      [48, 60],
    ]);
  });

  it('grow where little happens, to thirty days, and shrink where much does, to a minute', () => {
    const periods = new Periods(0, 10_000 * day);
    for (let n = 0; n < 10; n += 1) periods.done(0, many);
    expect(lengthOf(periods)).toBe(30 * 24);
    for (let n = 0; n < 20; n += 1) periods.done(many * 10 + 1, many);
    expect(lengthOf(periods)).toBe(1 / 60);
  });

  it('never grow again beyond what was refused', () => {
    const periods = new Periods(0, 10_000 * day);
    expect(periods.halve()).toBe(true);
    for (let n = 0; n < 10; n += 1) periods.done(0, many);
    expect(lengthOf(periods)).toBe(12);
  });

  it('of less than a minute are not asked for', () => {
    const periods = new Periods(0, 119_999);
    expect(periods.halve()).toBe(false);
    expect(new Periods(0, 120_000).halve()).toBe(true);
  });
});
