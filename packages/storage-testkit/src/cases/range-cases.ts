import { expect } from '@jest/globals';

import { errorOf } from '../expectations.ts';
import { collect, integer, randomBytes, sha256 } from '../random-bytes.ts';
import type { StoreCase } from '../store-under-test.ts';

export const rangeCases: readonly StoreCase[] = [
  {
    name: 'gives 50 random ranges',
    run: async ({ store, random, severalPartsBytes }) => {
      const bytes = randomBytes(random, severalPartsBytes);
      await store.put('data/ranges', bytes);
      for (let round = 0; round < 50; round++) {
        const offset = integer(random, 0, bytes.length);
        const length = integer(random, 1, random() < 0.5 ? 200 : bytes.length);
        const stored = await collect(await store.get('data/ranges', { range: { offset, length } }));
        const wanted = bytes.subarray(offset, offset + length);
        expect({ offset, length, got: stored.length, sha256: sha256(stored) }).toEqual({
          offset,
          length,
          got: wanted.length,
          sha256: sha256(wanted),
        });
      }
    },
  },
  {
    name: 'gives what is there of a range that reaches past the end',
    run: async ({ store, random }) => {
      const bytes = randomBytes(random, 1000);
      await store.put('data/short', bytes);
      await store.put('data/empty', new Uint8Array());
      const read = async (key: string, offset: number, length: number) =>
        Buffer.from(await collect(await store.get(key, { range: { offset, length } }))).toString('hex');
      const hex = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('hex');
      expect(await read('data/short', 0, 1000)).toBe(hex(0, 1000));
      expect(await read('data/short', 999, 1)).toBe(hex(999, 1000));
      expect(await read('data/short', 990, 5000)).toBe(hex(990, 1000));
      expect(await read('data/short', 1000, 1)).toBe('');
      expect(await read('data/short', 5000, 10)).toBe('');
      expect(await read('data/short', 10, 0)).toBe('');
      expect(await read('data/empty', 0, 10)).toBe('');
    },
  },
  {
    name: 'says not-found before the first byte, of a range too',
    run: async ({ store, random }) => {
      await store.put('folder/object', randomBytes(random, 5));
      const options = [{}, { range: { offset: 5, length: 5 } }, { range: { offset: 0, length: 0 } }];
      for (const key of ['folder/none', 'folder', 'none', 'folder/object/below']) {
        expect(await store.stat(key)).toBeUndefined();
        for (const option of options) {
          expect(store.classify(await errorOf(() => store.get(key, option)))).toBe('not-found');
        }
      }
    },
  },
];
