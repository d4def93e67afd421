import { describe, expect, it } from '@jest/globals';
import { readContactRow } from '../src/platform/contact-row.ts';
import { EphemeralBox } from '../src/platform/ephemeral-box.ts';
import { RowStore } from '../src/platform/row-store.ts';

const day = 86_400_000;

function row(
  contactId: string,
  masterContactId: string,
  updated: string,
  note = '',
): ReturnType<typeof readContactRow> {
  return readContactRow({ contactId, masterContactId, contactStart: updated, lastUpdateTime: updated, note });
}

describe('the rows that were listed', () => {
  it('come back by master, each leg once, in its newest state whatever came last', () => {
    const store = new RowStore();
    store.put([row('2', '1', '2026-01-02T00:00:00.000Z', 'new')], store.newReading(), 10);
    store.put(
      [row('2', '1', '2026-01-01T00:00:00.000Z', 'old'), row('1', '1', '2026-01-01T00:00:00.000Z')],
      2,
      20,
    );
    const legs = store.legsOf('1');
    expect(legs?.rows.map(({ contactId, json }) => [contactId, json['note']])).toEqual([
      ['1', ''],
      ['2', 'new'],
    ]);
    expect(legs?.listedAt).toBe(10);
    store.close();
  });

  it('are replaced by what is listed later with the same update time', () => {
    const store = new RowStore();
    store.put([row('1', '1', '2026-01-01T00:00:00.000Z', 'first')], store.newReading(), 10);
    store.put([row('1', '1', '2026-01-01T00:00:00.000Z', 'second')], store.newReading(), 20);
    const legs = store.legsOf('1');
    expect(legs?.rows[0]?.json['note']).toBe('second');
    expect(legs?.listedAt).toBe(20);
    store.close();
  });

  it('are whole from the earliest time of which that was noted, for contacts whose start is known', () => {
    const store = new RowStore();
    const isWhole = (updated: string): boolean => store.hasAllAfter(row('1', '1', updated));
    for (const from of ['2026-01-02', '2026-01-01', '2026-01-03']) store.noteWhole(`${from}T00:00:00.000Z`);
    expect(isWhole('2026-01-01T00:00:00.000Z')).toBe(true);
    expect(isWhole('2025-12-31T23:59:59.999Z')).toBe(false);
    expect(isWhole('unknown')).toBe(false);
    store.close();
  });

  it('are counted and grouped by the reading that showed them, with the newest update of all', () => {
    const store = new RowStore();
    store.put([row('2', '1', '2026-01-09T00:00:00.000Z')], store.newReading(), 0);
    const reading = store.newReading();
    store.put(
      [row('1', '1', '2026-01-01T00:00:00.000Z'), row('3', '3', '2026-01-03T00:00:00.000Z')],
      reading,
      0,
    );
    expect(store.countOf(reading)).toBe(2);
    expect([...store.mastersOf(reading)].flat()).toEqual([
      { id: '1', startTime: '2026-01-01T00:00:00.000Z', updatedTime: '2026-01-09T00:00:00.000Z' },
      { id: '3', startTime: '2026-01-03T00:00:00.000Z', updatedTime: '2026-01-03T00:00:00.000Z' },
    ]);
    store.close();
  });

  it('are forgotten after three days', () => {
    const store = new RowStore();
    store.put([row('1', '1', '2026-01-01T00:00:00.000Z')], 1, 0);
    store.forget(3 * day);
    expect(store.legsOf('1')).toBeDefined();
    store.forget(3 * day + 1);
    expect(store.legsOf('1')).toBeUndefined();
    store.close();
  });
});

describe('the box that they wait in', () => {
  it('gives back its own text, shows none of it, and opens nothing else', () => {
    const box = new EphemeralBox();
    const locked = box.lock('+15551234567 said: schön');
    expect(Buffer.from(locked).includes('5551234567')).toBe(false);
    expect(box.unlock(locked)).toBe('+15551234567 said: schön');
    expect(() => new EphemeralBox().unlock(locked)).toThrow();
    expect(() => box.unlock(Uint8Array.from(locked, (byte, n) => (n === 20 ? byte ^ 1 : byte)))).toThrow();
  });
});
