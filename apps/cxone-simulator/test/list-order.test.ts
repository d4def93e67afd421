import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ListOrder } from '../src/list-order.ts';
import { SortedRows } from '../src/sorted-rows.ts';

const row = fc.record({ time: fc.integer({ min: 0, max: 40 }), index: fc.integer({ min: 0, max: 3000 }) });
type Row = { readonly time: number; readonly index: number };

const newestFirst = (a: Row, b: Row): number => b.time - a.time || a.index - b.index;

describe('sorted rows', () => {
  it('holds what a sorted array holds, whatever is added and deleted', () => {
    const step = fc.record({ row, add: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const rows = new SortedRows();
        const model = new Map<string, Row>();
        for (const { row: one, add } of steps) {
          const name = `${String(one.time)}/${String(one.index)}`;
          const known = model.has(name);
          expect(add ? rows.add(one.time, one.index) : rows.delete(one.time, one.index)).toBe(add !== known);
          if (add) model.set(name, one);
          else model.delete(name);
        }
        const sorted = [...model.values()].sort(newestFirst);
        expect(rows.size).toBe(sorted.length);
        expect(sorted.map((_, rank) => rows.at(rank))).toEqual(sorted);
        expect(rows.at(sorted.length)).toBeUndefined();
      }),
    );
  });

  it('keeps its order over many blocks', () => {
    const rows = new SortedRows();
    for (let n = 0; n < 5000; n += 1) rows.add(0, (n * 1543) % 5000);
    for (let index = 0; index < 5000; index += 2) rows.delete(0, index);
    expect(Array.from({ length: rows.size }, (_, rank) => rows.at(rank)?.index)).toEqual(
      Array.from({ length: 2500 }, (_, n) => 2 * n + 1),
    );
  });
});

describe('the order of the list', () => {
  const baseTime = (index: number) => 1000 - Math.floor(index / 3); // three rows share each time
  const move = fc.record({
    index: fc.integer({ min: 0, max: 59 }),
    time: fc.option(fc.integer({ min: 970, max: 1010 }), { nil: undefined }),
  });

  it('is that of a sorted array, at every page, whatever moves', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 80 }), fc.integer({ min: 1, max: 20 }), (moves, pageSize) => {
        const order = new ListOrder(50, baseTime);
        const model = new Map(Array.from({ length: 50 }, (_, index) => [index, baseTime(index)]));
        for (const { index, time } of moves) {
          const old = model.get(index);
          if (old !== undefined) order.remove(index, old);
          if (time !== undefined) order.place(index, time);
          if (time === undefined) model.delete(index);
          else model.set(index, time);
        }
        const sorted = [...model].map(([index, time]) => ({ index, time })).sort(newestFirst);
        const expected = sorted.map(({ index }) => index);
        expect(order.size).toBe(expected.length);
        for (let offset = 0; offset <= expected.length; offset += 1) {
          expect(order.page(offset, pageSize)).toEqual(expected.slice(offset, offset + pageSize));
        }
      }),
    );
  });
});
