import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normaliseTime } from '../src/times.ts';

describe('times', () => {
  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04', '2026-01-02T03:04:00.000Z'],
    ['2026-01-02 03:04:05.1', '2026-01-02T03:04:05.100Z'],
    ['2026-01-02T03:04:05.123999Z', '2026-01-02T03:04:05.123Z'],
    ['2026-01-02T03:04:05,5+02:00', '2026-01-02T01:04:05.500Z'],
    ['2026-01-02T03:04:05-0730', '2026-01-02T10:34:05.000Z'],
    ['2026-01-02T03:04:05+01', '2026-01-02T02:04:05.000Z'],
    [1767323045123, '2026-01-02T03:04:05.123Z'],
    ['1767323045123', '2026-01-02T03:04:05.123Z'],
  ])('%j is %s', (text, expected) => {
    expect(normaliseTime(text)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T25:00:00Z',
    '2026-01-01',
    1767323045,
    NaN,
    Infinity,
    null,
    undefined,
    {},
    true,
    '0000-01-01T00:00:00+01:00',
  ])('%j is none', (value) => {
    expect(normaliseTime(value)).toBeUndefined();
  });

  it('give back every moment, with any zone', () => {
    const moment = fc.date({ min: new Date('1970-01-02'), max: new Date('2099-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, fc.integer({ min: -839, max: 839 }), (at, zone) => {
        const shifted = new Date(at.getTime() + zone * 60_000).toISOString().slice(0, -1);
        const two = (value: number): string => String(value).padStart(2, '0');
        const offset = `${zone < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(zone) / 60))}:${two(Math.abs(zone) % 60)}`;
        expect(normaliseTime(shifted + offset)).toBe(at.toISOString());
      }),
    );
  });
});
