import { createHash } from 'node:crypto';

import { expect } from '@jest/globals';

import { errorOf, expectNothing, expectObject, keysOf } from '../expectations.ts';
import { collect, inChunks, randomBytes } from '../random-bytes.ts';
import type { StoreCase } from '../store-under-test.ts';

export const readWriteCases: readonly StoreCase[] = [
  {
    name: 'gives back complete bytes',
    run: async ({ store, random, severalPartsBytes }) => {
      for (const size of [1, 65_536, severalPartsBytes]) {
        const bytes = randomBytes(random, size);
        await store.put(`data/bytes-${size}`, bytes, { size });
        await expectObject(store, `data/bytes-${size}`, bytes);
      }
    },
  },
  {
    name: 'gives back what was streamed, of known and unknown length',
    run: async ({ store, random, severalPartsBytes }) => {
      for (const size of [1, 65_536, severalPartsBytes]) {
        const bytes = randomBytes(random, size);
        await store.put(`data/known-${size}`, inChunks(bytes, random), { size });
        await store.put(`data/unknown-${size}`, inChunks(bytes, random));
        await expectObject(store, `data/known-${size}`, bytes);
        await expectObject(store, `data/unknown-${size}`, bytes);
      }
    },
  },
  {
    name: 'keeps objects of 0 bytes',
    run: async ({ store, random }) => {
      const nothing = new Uint8Array();
      await store.put('empty/bytes', nothing, { size: 0 });
      await store.put('empty/stream', inChunks(nothing, random));
      await store.put('empty/stream-of-known-length', inChunks(nothing, random), { size: 0 });
      const keys = await keysOf(store, 'empty/');
      expect(keys).toEqual(['empty/bytes', 'empty/stream', 'empty/stream-of-known-length']);
      for (const key of keys) await expectObject(store, key, nothing);
    },
  },
  {
    name: 'streams a big object both ways',
    needs: ['bigObjects'],
    run: async ({ store, random, bigObjectBytes }) => {
      const written = createHash('sha256');
      await store.put('data/big', hashed(bigBody(random, bigObjectBytes), written));
      const read = createHash('sha256');
      let size = 0;
      for await (const chunk of hashed(await store.get('data/big'), read)) size += chunk.length;
      expect(size).toBe(bigObjectBytes);
      expect(read.digest('hex')).toBe(written.digest('hex'));
    },
  },
  {
    name: 'says the same of an object in put, stat and list',
    run: async ({ store, random }) => {
      const before = await store.put('notes/first', randomBytes(random, 10));
      const put = await store.put('notes/second', randomBytes(random, 1234), { contentType: 'text/plain' });
      const stat = await store.stat('notes/second');
      const [first, second] = await Array.fromAsync(store.list('notes/'));
      expect([first?.key, second?.key]).toEqual(['notes/first', 'notes/second']);
      for (const info of [put, stat, second]) expect(info).toMatchObject({ key: 'notes/second', size: 1234 });
      // Servers tell the time in seconds in some answers, in milliseconds in others.
      expect(Math.abs(put.modifiedAt.getTime() - (stat?.modifiedAt.getTime() ?? 0))).toBeLessThan(5000);
      expect(second?.modifiedAt.getTime()).toBeGreaterThanOrEqual(before.modifiedAt.getTime() - 5000);
    },
  },
  {
    name: 'replaces an object',
    run: async ({ store, random }) => {
      const bytes = randomBytes(random, 500);
      await store.put('data/object', randomBytes(random, 2000));
      await store.put('data/object', bytes);
      await expectObject(store, 'data/object', bytes);
      expect(await keysOf(store, '')).toEqual(['data/object']);
    },
  },
  {
    name: 'does not wait for a reader who stops early',
    run: async ({ store, random }) => {
      const bytes = randomBytes(random, 3_000_000);
      await store.put('data/long', bytes);
      for (let round = 0; round < 60; round++) {
        for await (const chunk of await store.get('data/long')) {
          if (chunk.length > 0) break;
        }
      }
      await expectObject(store, 'data/long', bytes);
    },
  },
  {
    name: 'removes an object, and only that, and may be asked twice',
    run: async (context) => {
      const { store, random } = context;
      for (const key of ['a/b', 'a/bc', 'a/b-', 'a.b']) await store.put(key, randomBytes(random, 9));
      await store.remove('a/b');
      await store.remove('a/b');
      await store.remove('never/there');
      expect(await keysOf(store, '')).toEqual(['a.b', 'a/b-', 'a/bc']);
      const error = await errorOf(async () => collect(await store.get('a/b')));
      expect(store.classify(error)).toBe('not-found');
      await store.remove('a/b-');
      await store.remove('a/bc');
      await expectNothing(context, 'a/b');
    },
  },
  {
    name: 'serves many calls at once',
    run: async ({ store, random }) => {
      const bodies = Array.from({ length: 100 }, (_, n) => randomBytes(random, 1 + n * 97));
      await Promise.all(
        bodies.map((bytes, n) => store.put(keyOf(n), n % 2 ? bytes : inChunks(bytes, random))),
      );
      await Promise.all(bodies.map((bytes, n) => expectObject(store, keyOf(n), bytes)));
      const listings = await Promise.all(Array.from({ length: 5 }, () => keysOf(store, 'many/')));
      for (const keys of listings) expect(keys).toHaveLength(100);
      await Promise.all(bodies.map((_, n) => store.remove(keyOf(n))));
      expect(await keysOf(store, '')).toEqual([]);
    },
  },
];

function keyOf(n: number): string {
  return `many/${n % 7}/${n}`;
}

/** As long as wanted, from one random mebibyte whose first bytes count up. */
async function* bigBody(random: () => number, length: number): AsyncGenerator<Uint8Array> {
  const pattern = randomBytes(random, 1_048_576);
  for (let at = 0; at < length; at += pattern.length) {
    const chunk = Uint8Array.from(pattern.subarray(0, Math.min(pattern.length, length - at)));
    new DataView(chunk.buffer).setUint8(0, (at / pattern.length) % 256);
    yield chunk;
  }
}

async function* hashed(
  body: AsyncIterable<Uint8Array>,
  hash: { update(chunk: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
}
