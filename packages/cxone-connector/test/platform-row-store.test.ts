import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RowStore } from '../src/platform/row-store.ts';
import type { ListedMaster } from '../src/platform/row-store.ts';
import { row } from './platform-rows.ts';

const hour = 3_600_000;
const now = Date.parse('2026-11-22T20:00:00Z');

let rows: RowStore;

beforeEach(() => {
  rows = new RowStore();
});

afterEach(() => {
  rows.close();
});

const mastersOf = (reading: number): ListedMaster[] => [...rows.mastersOf(reading)].flat();

describe('rows that were listed', () => {
  it('give, in a later reading, the newest update of all legs, and the start of the legs that it showed', () => {
    const [first, second] = [rows.newReading(), rows.newReading()];
    rows.put([row('100', { lastUpdateTime: '2026-11-22T18:00:00Z' })], first, now);
    rows.put([row('101', { contactStartDate: '2026-11-22T15:00:00Z' })], second, now);
    expect(mastersOf(second)).toEqual([
      { id: '100', startTime: '2026-11-22T15:00:00.000Z', updatedTime: '2026-11-22T18:00:00.000Z' },
    ]);
    expect(rows.legsOf('100')?.rows.map(({ contactId }) => contactId)).toEqual(['100', '101']);
  });

  it('are not replaced by the older row of a lagging replica, which counts as shown', () => {
    const newer = row('100', { lastUpdateTime: '2026-11-22T18:00:00Z', dispositionNotes: 'edit' });
    rows.put([newer], rows.newReading(), now);
    const later = rows.newReading();
    rows.put([row('100')], later, now + hour);
    expect(rows.legsOf('100')).toEqual({ rows: [newer], listedAt: now });
    expect(rows.countOf(later)).toBe(1);
  });

  it('are legs of each master under which they are listed', () => {
    const [of100, of200] = [row('101'), row('101', { masterContactId: '200' })];
    const reading = rows.newReading();
    rows.put([of100, of200], reading, now);
    expect(mastersOf(reading).map(({ id }) => id)).toEqual(['100', '200']);
    expect([rows.legsOf('100')?.rows, rows.legsOf('200')?.rows]).toEqual([[of100], [of200]]);
    expect(rows.countOf(reading)).toBe(2);
  });

  it('are as old as the oldest of a master', () => {
    rows.put([row('100')], rows.newReading(), now);
    rows.put([row('101')], rows.newReading(), now + hour);
    expect(rows.legsOf('100')?.listedAt).toBe(now);
  });

  it('are forgotten after three days', () => {
    rows.put([row('100')], rows.newReading(), now);
    rows.forget(now + 72 * hour);
    expect(rows.legsOf('100')).toBeDefined();
    rows.forget(now + 72 * hour + 1);
    expect(rows.legsOf('100')).toBeUndefined();
  });
});
