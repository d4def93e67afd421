import { expect } from '@jest/globals';
import type { ObjectStore, StoreErrorKind } from '@cxvault/plugin-api';

import { errorOf, expectNothingUnfinished, expectObject, keysOf } from '../expectations.ts';
import { collect, inChunks, randomBytes, sha256 } from '../random-bytes.ts';
import type { CaseContext, StoreCase } from '../store-under-test.ts';

/** Enough to meet inside the store, few enough for servers that start a process each. */
const rivals = 12;

export const createCases: readonly StoreCase[] = [
  {
    name: 'does not replace what is there when told to create',
    run: async (context) => {
      const { store, random, severalPartsBytes } = context;
      const first = randomBytes(random, 700);
      await store.put('runs/entry', first, { ifAbsent: true });
      for (const length of [0, 700, severalPartsBytes]) {
        const other = randomBytes(random, length);
        for (const body of [other, inChunks(other, random)]) {
          const error = await errorOf(() => store.put('runs/entry', body, { ifAbsent: true }));
          expect(store.classify(error)).toBe('exists');
        }
      }
      await expectObject(store, 'runs/entry', first);
      await expectNothingUnfinished(context);
    },
  },
  {
    name: 'creates again what was removed',
    run: async ({ store, random }) => {
      const second = randomBytes(random, 20);
      await store.put('locks/1', randomBytes(random, 10), { ifAbsent: true });
      await store.remove('locks/1');
      await store.put('locks/1', second, { ifAbsent: true });
      await expectObject(store, 'locks/1', second);
    },
  },
  {
    name: 'says truly whether creation is atomic',
    run: async ({ store, has }) => {
      await store.put('locks/1', new Uint8Array([1]), { ifAbsent: true });
      expect(store.capabilities.createIfAbsent).toBe(has('createIfAbsent'));
      expect(await keysOf(store, '')).toEqual(['locks/1']);
    },
  },
  {
    name: 'lets exactly one of many creators win, ten times',
    needs: ['createIfAbsent'],
    run: async (context) => {
      for (let round = 0; round < 10; round++)
        await race(context, `runs/race-${round}`, 2000, round % 2 === 0);
    },
  },
  {
    name: 'lets exactly one of many creators of a long object win',
    needs: ['createIfAbsent'],
    run: async (context) => {
      await race(context, 'data/long-race', context.severalPartsBytes, false);
      await expectNothingUnfinished(context);
    },
  },
];

async function race(context: CaseContext, key: string, size: number, complete: boolean): Promise<void> {
  const { store, another = store, random } = context;
  const bodies = Array.from({ length: rivals }, () => randomBytes(random, size));
  const outcomes = await Promise.all(
    bodies.map((bytes, n) =>
      create(n % 2 === 0 ? store : another, key, () => (complete ? bytes : inChunks(bytes, random))),
    ),
  );
  expect(outcomes.toSorted()).toEqual([...Array.from({ length: rivals - 1 }, () => 'exists'), 'won']);
  const winner = bodies[outcomes.indexOf('won')] ?? new Uint8Array();
  expect(sha256(await collect(await store.get(key)))).toBe(sha256(winner));
}

/** A store may put off those who come while another creates (S3: 409 `ConditionalRequestConflict`): they try again. */
async function create(
  store: ObjectStore,
  key: string,
  body: () => Uint8Array | AsyncIterable<Uint8Array>,
): Promise<'won' | StoreErrorKind> {
  let outcome: 'won' | StoreErrorKind = 'transient';
  for (let tries = 0; tries < rivals && outcome === 'transient'; tries++) {
    outcome = await store.put(key, body(), { ifAbsent: true }).then(
      () => 'won',
      (error: unknown) => store.classify(error),
    );
  }
  return outcome;
}
