import { expect } from '@jest/globals';
import type { ObjectStore, PutOptions, Retention } from '@cxvault/plugin-api';

import { errorOf, expectNothing, expectObject, keysOf } from '../expectations.ts';
import { inChunks, randomBytes } from '../random-bytes.ts';
import type { CaseContext, StoreCase } from '../store-under-test.ts';

const minute = 60_000; // milliseconds

export const retentionCases: readonly StoreCase[] = [
  {
    name: 'keeps a retention with an object, and gives it back',
    needs: ['retention'],
    run: async (context) => {
      const { store } = context;
      const until = await inTime(store, 10 * minute);
      for (const mode of ['compliance', 'governance'] as const) {
        for (const [name, { bytes, body }] of bodiesOf(context)) {
          const key = `data/${mode}/${name}`;
          await store.put(key, body(), { retention: { mode, until } });
          expect({ key, retention: (await store.stat(key))?.retention }).toEqual({
            key,
            retention: { mode, until },
          });
          await expectObject(store, key, bytes);
        }
      }
    },
  },
  {
    name: 'keeps the retention of each object apart, and of none that was asked for none',
    needs: ['retention'],
    run: async ({ store, random }) => {
      const untils = [await inTime(store, 10 * minute), await inTime(store, 11 * minute), undefined];
      const put = async (until: Date | undefined, n: number): Promise<void> => {
        const options: PutOptions = until === undefined ? {} : { retention: { mode: 'compliance', until } };
        await store.put(`data/${n}`, randomBytes(random, 50), { ...options, ifAbsent: true });
      };
      await Promise.all(untils.map(put));
      const kept = await Promise.all(untils.map((_, n) => retentionOf(store, `data/${n}`)));
      expect(kept.map((each) => each?.until)).toEqual(untils);
    },
  },
  {
    name: 'does not remove an object before its retention ends',
    needs: ['retention'],
    run: async (context) => {
      const { store } = context;
      for (const [key, bytes, retention] of await retained(context)) {
        for (let tries = 0; tries < 2; tries++) {
          const error = await errorOf(() => store.remove(key));
          expect({ key, kind: store.classify(error) }).toEqual({ key, kind: 'denied' });
        }
        await expectKept(store, key, bytes, retention);
      }
    },
  },
  {
    name: 'does not replace an object before its retention ends',
    needs: ['retention'],
    run: async (context) => {
      const { store } = context;
      const later = await inTime(store, 20 * minute);
      for (const [key, bytes, retention] of await retained(context)) {
        for (const options of [{}, { retention: { ...retention, until: later } }]) {
          for (const [, { body }] of bodiesOf(context)) {
            const error = await errorOf(() => store.put(key, body(), options));
            expect({ key, kind: store.classify(error) }).toEqual({ key, kind: 'denied' });
          }
        }
        await expectKept(store, key, bytes, retention);
      }
    },
  },
  {
    name: 'says of an object that is retained that it exists, when told to create it',
    needs: ['retention'],
    run: async (context) => {
      const { store } = context;
      for (const [key, bytes, retention] of await retained(context)) {
        for (const [, { body }] of bodiesOf(context)) {
          const error = await errorOf(() => store.put(key, body(), { ifAbsent: true, retention }));
          expect({ key, kind: store.classify(error) }).toEqual({ key, kind: 'exists' });
        }
        await expectKept(store, key, bytes, retention);
      }
    },
  },
  {
    name: 'removes and replaces an object whose retention has ended',
    needs: ['retention'],
    run: async (context) => {
      const { store, random } = context;
      const until = await inTime(store, 1500);
      const retention: Retention = { mode: 'compliance', until };
      for (const key of ['data/removed', 'data/replaced'])
        await store.put(key, randomBytes(random, 100), { retention });
      await whenAllowed(context, () => store.remove('data/removed'));
      await expectNothing(context, 'data/removed');
      const bytes = randomBytes(random, 70);
      await whenAllowed(context, () => store.put('data/replaced', bytes));
      await expectObject(store, 'data/replaced', bytes);
      expect((await store.stat('data/replaced'))?.retention).toBeUndefined();
      await store.remove('data/replaced');
      expect(await keysOf(store, '')).toEqual([]);
    },
  },
  {
    name: 'says truly whether it can retain objects, and refuses to where it cannot',
    run: async (context) => {
      const { store, random, has } = context;
      if (has('retention')) {
        expect(store.capabilities.retention).toBe(true);
        expect(await store.retentionProblem?.()).toBeUndefined();
        return;
      }
      // The kind of store has retention; that this one has none, it cannot know before it is asked.
      if (store.capabilities.retention) return;
      const retention: Retention = { mode: 'compliance', until: await inTime(store, minute) };
      const bytes = randomBytes(random, 10);
      for (const body of [bytes, inChunks(bytes, random)]) {
        const error = await errorOf(() => store.put('data/retained', body, { retention }));
        expect(store.classify(error)).toBe('permanent');
        await expectNothing(context, 'data/retained');
      }
    },
  },
];

interface Body {
  readonly bytes: Uint8Array;
  readonly body: () => Uint8Array | AsyncIterable<Uint8Array>;
}

/** Every way in which a store takes an object. */
function bodiesOf({ random, severalPartsBytes }: CaseContext): readonly (readonly [string, Body])[] {
  const small = randomBytes(random, 1000);
  const large = randomBytes(random, severalPartsBytes);
  return [
    ['bytes', { bytes: small, body: () => small }],
    ['stream', { bytes: small, body: () => inChunks(small, random) }],
    ['many-bytes', { bytes: large, body: () => large }],
    ['long-stream', { bytes: large, body: () => inChunks(large, random) }],
  ];
}

/** Objects that are retained for ten minutes, in both modes, in one piece and in parts. */
async function retained(
  context: CaseContext,
): Promise<readonly (readonly [key: string, bytes: Uint8Array, retention: Retention])[]> {
  const { store } = context;
  const until = await inTime(store, 10 * minute);
  const objects: (readonly [string, Uint8Array, Retention])[] = [];
  for (const mode of ['compliance', 'governance'] as const) {
    for (const [name, { bytes, body }] of bodiesOf(context).filter((_, n) => n % 3 === 0)) {
      const key = `data/${mode}-${name}`;
      const retention = { mode, until };
      await store.put(key, body(), { retention });
      objects.push([key, bytes, retention]);
    }
  }
  return objects;
}

async function expectKept(
  store: ObjectStore,
  key: string,
  bytes: Uint8Array,
  retention: Retention,
): Promise<void> {
  await expectObject(store, key, bytes);
  expect(await keysOf(store, key)).toEqual([key]);
  expect(await retentionOf(store, key)).toEqual(retention);
}

async function retentionOf(store: ObjectStore, key: string): Promise<Retention | undefined> {
  return (await store.stat(key))?.retention;
}

/** So much later by the store's own clock, in whole seconds. */
async function inTime(store: ObjectStore, milliseconds: number): Promise<Date> {
  const { modifiedAt } = await store.put('time', new Uint8Array());
  await store.remove('time');
  return new Date(Math.ceil((modifiedAt.getTime() + milliseconds) / 1000) * 1000);
}

/** Asks until it is allowed, for half a minute at most: only the store knows when that is. */
async function whenAllowed({ store, wait }: CaseContext, call: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await call();
      return;
    } catch (error) {
      if (store.classify(error) !== 'denied' || tries === 300) throw error;
      await wait(100);
    }
  }
}
