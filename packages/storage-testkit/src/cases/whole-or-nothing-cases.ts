import { expect } from '@jest/globals';

import { errorOf, expectNothing, expectNothingUnfinished, expectObject, keysOf } from '../expectations.ts';
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
