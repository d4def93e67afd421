import { expect } from '@jest/globals';

import { errorOf, expectNothing, expectObject, keysOf } from '../expectations.ts';
import { collect, inChunks, randomBytes } from '../random-bytes.ts';
import type { StoreCase } from '../store-under-test.ts';

export const abortCases: readonly StoreCase[] = [
  {
    name: 'begins nothing when the signal is aborted already',
    run: async (context) => {
      const { store, random } = context;
      const bytes = randomBytes(random, 1000);
      await store.put('data/there', bytes);
      const signal = AbortSignal.abort();
      await errorOf(() => store.put('data/new', bytes, { signal }));
      await errorOf(() => store.put('data/new', inChunks(bytes, random), { signal }));
      await errorOf(async () => collect(await store.get('data/there', { signal })));
      await errorOf(() => store.stat('data/there', { signal }));
      await errorOf(() => store.remove('data/there', { signal }));
      await errorOf(() => Array.fromAsync(store.list('', { signal })));
      await expectNothing(context, 'data/new');
      await expectObject(store, 'data/there', bytes);
    },
  },
  {
    name: 'leaves nothing of an upload that is aborted half way',
    run: async (context) => {
      const { store, random, severalPartsBytes } = context;
      const old = randomBytes(random, 10);
      await store.put('data/old', old);
      for (const after of [0, 1000, severalPartsBytes, 3 * severalPartsBytes]) {
        for (const key of ['data/aborted', 'data/old']) {
          const controller = new AbortController();
          const body = abortingAfter(after, controller, randomBytes(random, 4 * severalPartsBytes), random);
          await errorOf(() => store.put(key, body, { signal: controller.signal }));
        }
        await expectNothing(context, 'data/aborted');
      }
      await expectObject(store, 'data/old', old);
    },
  },
  {
    name: 'stops reading the body of an upload that is aborted',
    run: async ({ store, random, severalPartsBytes }) => {
      const controller = new AbortController();
      const bytes = randomBytes(random, 5 * severalPartsBytes);
      let given = 0;
      async function* body(): AsyncGenerator<Uint8Array> {
        for await (const chunk of abortingAfter(1000, controller, bytes, random)) {
          given += chunk.length;
          yield chunk;
        }
      }
      await errorOf(() => store.put('data/aborted', body(), { signal: controller.signal }));
      expect(given).toBeLessThan(bytes.length);
    },
  },
  {
    name: 'stops reading when aborted half way',
    run: async ({ store, random }) => {
      const bytes = randomBytes(random, 3_000_000);
      await store.put('data/long', bytes);
      const controller = new AbortController();
      let read = 0;
      await errorOf(async () => {
        for await (const chunk of await store.get('data/long', { signal: controller.signal })) {
          read += chunk.length;
          controller.abort();
        }
      });
      expect(read).toBeLessThan(bytes.length);
      await expectObject(store, 'data/long', bytes);
    },
  },
  {
    name: 'stops listing when aborted half way',
    run: async ({ store, pageSize }) => {
      const names = Array.from({ length: pageSize + 5 }, (_, n) => `list/${n}`);
      await Promise.all(names.map((key) => store.put(key, new Uint8Array([1]))));
      const controller = new AbortController();
      const seen: string[] = [];
      await errorOf(async () => {
        for await (const info of store.list('list/', { signal: controller.signal })) {
          seen.push(info.key);
          controller.abort();
        }
      });
      expect(seen.length).toBeLessThan(names.length);
      expect(await keysOf(store, '')).toHaveLength(names.length);
    },
  },
];

async function* abortingAfter(
  bytes: number,
  controller: AbortController,
  body: Uint8Array,
  random: () => number,
): AsyncGenerator<Uint8Array> {
  let given = 0;
  for await (const chunk of inChunks(body, random)) {
    if (given >= bytes) controller.abort();
    yield chunk;
    given += chunk.length;
  }
}
