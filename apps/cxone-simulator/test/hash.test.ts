import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scramble, unit, unscramble } from '../src/hash.ts';
import { interactionId, interactionIndex } from '../src/interaction-id.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });

describe('ids', () => {
  it('lead back to their number', () => {
    fc.assert(
      fc.property(word, word, (seed, index) => {
        expect(unscramble(seed, 1, scramble(seed, 1, index))).toBe(index);
        expect(interactionIndex(seed, interactionId(seed, index))).toBe(index);
      }),
    );
  });

  it('are UUIDs, and no two are equal', () => {
    const ids = new Set(Array.from({ length: 20_000 }, (_, index) => interactionId(7, index)));
    expect(ids.size).toBe(20_000);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('of other tenants, or with one digit changed, mean nothing', () => {
    const id = interactionId(7, 5);
    expect(interactionIndex(8, id)).toBeUndefined();
    for (let at = 0; at < id.length; at += 1) {
      const other = `${id.slice(0, at)}${id[at] === '0' ? '1' : '0'}${id.slice(at + 1)}`;
      expect(interactionIndex(7, other)).toBeUndefined();
    }
    expect(interactionIndex(7, '../../etc/passwd')).toBeUndefined();
  });
});

describe('the hash', () => {
  it('spreads evenly, and its streams are apart', () => {
    const share = (stream: number) =>
      Array.from({ length: 20_000 }, (_, n) => unit(1, stream, n)).filter((value) => value < 0.05).length /
      20_000;
    for (const stream of [1, 2, 3, 19]) expect(share(stream)).toBeCloseTo(0.05, 1.9);
    const both = Array.from({ length: 20_000 }, (_, n) => n).filter(
      (n) => unit(1, 1, n) < 0.1 && unit(1, 2, n) < 0.1,
    );
    expect(both.length / 20_000).toBeCloseTo(0.01, 2);
  });
});
