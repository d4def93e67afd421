import { expect } from '@jest/globals';

import { errorOf, expectNothing, expectNothingUnfinished, expectObject, keysOf } from '../expectations.ts';
import { flippingMark } from '../flip-bits.ts';
import { failing, inChunks, randomBytes } from '../random-bytes.ts';
import type { StoreCase } from '../store-under-test.ts';

export const wholeOrNothingCases: readonly StoreCase[] = [
  {
    name: 'leaves nothing of a stream that fails',
    run: async (context) => {
      const { store, random, severalPartsBytes } = context;
      for (const size of [0, 1000, severalPartsBytes, 3 * severalPartsBytes]) {
        const body = failing(randomBytes(random, size), random, new Error('the source broke off'));
        await errorOf(() => store.put('data/failed', body, size % 2 ? {} : { size: size + 10 }));
        await expectNothing(context, 'data/failed');
      }
    },
  },
  {
    name: 'keeps the old object when a stream fails that would replace it',
    run: async (context) => {
      const { store, random, severalPartsBytes } = context;
      const old = randomBytes(random, 3000);
      await store.put('data/old', old);
      for (const size of [1000, severalPartsBytes]) {
        const body = failing(randomBytes(random, size), random, new Error('the source broke off'));
        await errorOf(() => store.put('data/old', body));
      }
      await expectObject(store, 'data/old', old);
      expect(await keysOf(store, '')).toEqual(['data/old']);
      await expectNothingUnfinished(context);
    },
  },
  {
    name: 'refuses a body of another length than was said, and keeps nothing of it',
    run: async (context) => {
      const { store, random, severalPartsBytes } = context;
      for (const length of [0, 1, 1000, severalPartsBytes]) {
        const bytes = randomBytes(random, length);
        for (const size of [length + 1, length - 1, 2 * length + 1]) {
          if (size < 0) continue;
          for (const body of [bytes, inChunks(bytes, random)]) {
            const error = await errorOf(() => store.put('data/lie', body, { size }));
            expect({ length, size, kind: store.classify(error) }).toEqual({
              length,
              size,
              kind: 'permanent',
            });
            await expectNothing(context, 'data/lie');
          }
        }
      }
    },
  },
  {
    name: 'refuses a body of which a bit flipped on the way, and keeps nothing of it',
    needs: ['flippedBits'],
    run: async (context) => {
      const { store, disturbed, random, severalPartsBytes } = context;
      if (disturbed === undefined) throw new Error('make gives no `disturbed`: declare flippedBits absent');
      for (const size of [100, severalPartsBytes]) {
        const pieces = [randomBytes(random, size), flippingMark, randomBytes(random, size)];
        for (const body of [Buffer.concat(pieces), oneByOne(pieces)]) {
          const error = await errorOf(() => disturbed.put('data/flipped', body));
          // the same bytes may be sent again
          expect({ size, kind: store.classify(error) }).toEqual({ size, kind: 'transient' });
          await expectNothing(context, 'data/flipped');
        }
      }
      const good = randomBytes(random, 1000);
      await disturbed.put('data/good', good);
      await expectObject(store, 'data/good', good);
    },
  },
  {
    name: 'closes the stream that it could not write',
    run: async ({ store, random }) => {
      let closed = false;
      async function* body(): AsyncGenerator<Uint8Array> {
        try {
          yield* inChunks(randomBytes(random, 500_000), random);
        } finally {
          closed = true;
        }
      }
      await errorOf(() => store.put('data/refused', body(), { size: 10 }));
      expect(closed).toBe(true);
    },
  },
];

async function* oneByOne(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
