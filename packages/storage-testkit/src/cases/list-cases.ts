import { expect } from '@jest/globals';

import { keysOf } from '../expectations.ts';
import { integer } from '../random-bytes.ts';
import type { CaseContext, StoreCase } from '../store-under-test.ts';

/** Keys whose order by UTF-8 bytes differs from that of folders, of UTF-16 units, or of any language. */
const trickyKeys = [
  'a-b',
  'a.b',
  'a/b-c',
  'a/b/c',
  'a/b0',
  'a0',
  'ab',
  'a/é',
  'a/z',
  'a/\u{10000}',
  'a/\uffee/x',
  'a /b',
  'é/x',
  'z',
  '😀/x',
  '\uffee',
];

const prefixes = [
  '',
  'a',
  'a/',
  'a/b',
  'a/b/',
  'a/b/c',
  'a/b/cd',
  'a-',
  'a /',
  'a/\u{10000}',
  'b',
  'zz',
  'é',
  '/',
  '../',
  'a//',
  'a/../',
];

const starts = [
  '',
  'a',
  'a-b',
  'a-b0',
  'a/',
  'a/b',
  'a/b/c',
  'a/b/c0',
  'a/\u{10000}',
  'a0',
  'b',
  'z',
  '\u{10ffff}',
  '/',
];

export const listCases: readonly StoreCase[] = [
  {
    name: 'lists nothing in an empty store',
    run: async ({ store }) => {
      expect(await keysOf(store, '')).toEqual([]);
      expect(await keysOf(store, 'data/')).toEqual([]);
    },
  },
  {
    name: 'lists in the order of UTF-8 bytes, by any prefix, from any start',
    needs: ['byteOrder'],
    run: async ({ store }) => {
      await writeAll(store, trickyKeys);
      for (const prefix of prefixes) {
        for (const startAfter of starts) {
          const keys = await keysOf(store, prefix, startAfter === '' ? {} : { startAfter });
          expect({ prefix, startAfter, keys }).toEqual({
            prefix,
            startAfter,
            keys: expectedKeys(trickyKeys, prefix, startAfter),
          });
        }
      }
    },
  },
  {
    name: 'lists each object once when there are more than a page',
    run: async ({ store, random, pageSize, has }) => {
      const separators = has('byteOrder') ? ['/', '-'] : ['/'];
      const keys = Array.from(
        { length: 2 * pageSize + 17 },
        (_, n) => `p/${integer(random, 0, 9)}${separators[n % separators.length] ?? ''}${n}`,
      );
      await writeAll(store, keys);
      const sorted = expectedKeys(keys, 'p/', '');
      expect(await keysOf(store, 'p/')).toEqual(sorted);
      expect(await keysOf(store, '')).toEqual(sorted);
      for (let round = 0; round < 5; round++) {
        const startAfter = sorted[integer(random, 0, sorted.length)] ?? '';
        expect(await keysOf(store, 'p/', { startAfter })).toEqual(expectedKeys(keys, 'p/', startAfter));
      }
    },
  },
  {
    name: 'lets a listing end early and what is listed be removed meanwhile',
    run: async ({ store, pageSize }) => {
      const keys = Array.from({ length: pageSize + 30 }, (_, n) => `r/${String(n).padStart(6, '0')}`);
      await writeAll(store, keys);
      for await (const info of store.list('r/')) {
        if (info.key === keys[3]) break;
      }
      const seen: string[] = [];
      for await (const info of store.list('r/')) {
        seen.push(info.key);
        await store.remove(info.key);
      }
      expect(seen).toEqual(keys);
      expect(await keysOf(store, '')).toEqual([]);
    },
  },
];

/** What the contract says, by the plainest means. */
function expectedKeys(keys: readonly string[], prefix: string, startAfter: string): string[] {
  const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  return keys.filter((key) => key.startsWith(prefix) && byBytes(key, startAfter) > 0).toSorted(byBytes);
}

async function writeAll(store: CaseContext['store'], keys: readonly string[]): Promise<void> {
  const waiting = [...keys];
  const workers = Array.from({ length: 16 }, async () => {
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop())
      await store.put(key, Buffer.from(key));
  });
  await Promise.all(workers);
}
