import { expect } from '@jest/globals';

import { errorOf, expectObject, keysOf } from '../expectations.ts';
import type { StoreCase } from '../store-under-test.ts';

/** Every printable ASCII character but / and \, and what trips over encodings, URLs and XML. */
const legalKeys = [
  ...Array.from({ length: 0x7f - 0x20 }, (_, n) => String.fromCharCode(0x20 + n))
    .filter((character) => character !== '/' && character !== '\\')
    .map((character) => `x${character}y`),
  'plus+and space/a b+c',
  'percent/%2F%00%zz%',
  '?query=1&b#fragment',
  'xml/<Key>&amp;"\'</Key>',
  '.hidden/.also',
  '...',
  'a/..b',
  'trailing./dot.',
  'trailing /space ',
  'é composed',
  'e\u0301 decomposed',
  '日本語/キー',
  '😀/\u{10ffff}',
  `long/${'n'.repeat(255)}`,
  `deep/${'d/'.repeat(100)}end`,
  'data/records/2026/11/23/0191f3a0-0000-7000-8000-000000000000.cxv',
];

const illegalKeys = [
  '',
  '/',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  './a',
  'a/./b',
  '../a',
  'a/../b',
  'a/..',
  'a\0b',
  'a\nb',
  'a\\b',
  '..\\a',
  '\ud800',
];

export const keyCases: readonly StoreCase[] = [
  {
    name: 'takes every legal character in keys',
    run: async ({ store, has }) => {
      for (const key of legalKeys) {
        await store.put(key, Buffer.from(key));
        await expectObject(store, key, Buffer.from(key));
        expect(await keysOf(store, key)).toEqual([key]);
      }
      const sorted = legalKeys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      if (has('byteOrder')) expect(await keysOf(store, '')).toEqual(sorted);
      for (const key of legalKeys) await store.remove(key);
      expect(await keysOf(store, '')).toEqual([]);
    },
  },
  {
    name: 'tells keys apart that differ in case only',
    needs: ['caseSensitive'],
    run: async ({ store }) => {
      await store.put('Key', Buffer.from('upper'));
      await store.put('key', Buffer.from('lower'));
      await expectObject(store, 'Key', Buffer.from('upper'));
      await expectObject(store, 'key', Buffer.from('lower'));
    },
  },
  {
    name: 'refuses keys that are not legal or lead out of the store',
    run: async ({ store }) => {
      const bytes = new Uint8Array([1]);
      for (const key of illegalKeys) {
        const calls = [
          () => store.put(key, bytes),
          () => store.put(key, bytes, { ifAbsent: true }),
          () => store.get(key),
          () => store.stat(key),
          () => store.remove(key),
        ];
        for (const call of calls) {
          expect({ key, kind: store.classify(await errorOf(call)) }).toEqual({ key, kind: 'permanent' });
        }
      }
      expect(await keysOf(store, '')).toEqual([]);
    },
  },
];
