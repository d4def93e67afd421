import { randomBytes } from 'node:crypto';

import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { storeSource } from '../src/byte-source.ts';
import { seededRandom, withFaults } from '../src/store-faults.ts';
import type { FaultOptions } from '../src/store-faults.ts';
import { readSmallObject } from '../src/store-read.ts';
import { withRetry } from '../src/store-retry.ts';
import { readStored, storedKeys } from './stored.ts';
import { VirtualClock } from './virtual-clock.ts';

let clock: VirtualClock;
let memory: MemoryStore;
beforeEach(() => {
  clock = new VirtualClock();
  memory = new MemoryStore();
});

/** A retrying store whose first `times` calls are hit by the given fault. */
function flaky(times: number, faults: Partial<FaultOptions>, attempts?: number): ObjectStore {
  let calls = 0;
  const faulty = withFaults(memory, { random: () => 0, only: () => (calls += 1) <= times, ...faults });
  return withRetry(faulty, { clock, random: () => 0.5, ...(attempts && { attempts }) });
}

const bytes = Buffer.from('content');

describe('withRetry', () => {
  it('tries each repeatable call again until it succeeds', async () => {
    await memory.put('a', bytes);
    const twice = (): ObjectStore => flaky(2, { failBefore: 1 });
    await clock.run(twice().put('b', bytes));
    expect(await readStored(memory, 'b')).toEqual(bytes);
    expect(await clock.run(readStored(twice(), 'a'))).toEqual(bytes);
    expect(await clock.run(twice().stat('a'))).toMatchObject({ size: 7 });
    expect(await clock.run(storedKeys(twice()))).toEqual(['a', 'b']);
    await clock.run(twice().remove('a'));
    expect(await storedKeys(memory)).toEqual(['b']);
  });

  it('waits with full jitter on a doubling wait, longer when throttled, and gives up in time', async () => {
    const waits = async (faults: Partial<FaultOptions>): Promise<number> => {
      const start = clock.now();
      await expect(clock.run(flaky(99, faults).stat('a'))).rejects.toMatchObject({
        code: 'STORE_UNREACHABLE',
      });
      return clock.now() - start;
    };
    // half of 500 + 1,000 + 2,000 + 4,000
    expect(await waits({ failBefore: 1 })).toBe(3_750);
    expect(await waits({ throttle: 1 })).toBe(15_000);
  });

  it('tells its own object from another’s after a lost answer', async () => {
    const put = { failAfter: 1, only: undefined };
    let lost = 1;
    const only = (operation: string): boolean => operation === 'put' && (lost -= 1) >= 0;
    await clock.run(flaky(1, { ...put, only }).put('a', bytes, { ifAbsent: true }));
    expect(await readStored(memory, 'a')).toEqual(bytes);
    lost = 1;
    await memory.put('b', Buffer.from('another'));
    const store = flaky(1, { failBefore: 1, only });
    const refused = await clock.run(
      store.put('b', bytes, { ifAbsent: true }).then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    expect(store.classify(refused)).toBe('exists');
    expect((await readStored(memory, 'b')).toString()).toBe('another');
  });

  it('leaves `exists` of a first attempt to the caller, even with equal content', async () => {
    await memory.put('a', bytes);
    const store = withRetry(memory, { clock });
    await expect(store.put('a', bytes, { ifAbsent: true })).rejects.toMatchObject({ kind: 'exists' });
  });

  it('sends a stream once', async () => {
    let reads = 0;
    const body = {
      async *[Symbol.asyncIterator]() {
        reads += 1;
        await Promise.resolve();
        yield bytes;
      },
    };
    await expect(clock.run(flaky(1, { failAfter: 1 }).put('a', body))).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
    });
    expect(reads).toBe(1);
  });

  it('throws the error of a body that failed, not one of the store', async () => {
    const failure = new Error('the recording broke off');
    const body = {
      async *[Symbol.asyncIterator]() {
        await Promise.resolve();
        yield bytes;
        throw failure;
      },
    };
    await expect(withRetry(memory, { clock }).put('a', body)).rejects.toBe(failure);
    expect(await memory.stat('a')).toBeUndefined();
  });

  it('throws when a stream breaks in the middle, and tries again before its first byte', async () => {
    await memory.put('a', randomBytes(300_000));
    // random 0: cut before the first byte; 0.5: inside the second chunk
    const early = flaky(1, { cut: 1 });
    expect((await clock.run(readStored(early, 'a'))).length).toBe(300_000);
    const late = flaky(1, { cut: 0.9, random: () => 0.5 });
    await expect(clock.run(readStored(late, 'a'))).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  it('goes on with a list where it broke off, each object once', async () => {
    const keys = Array.from({ length: 40 }, (_, n) => `k${String(n).padStart(2, '0')}`);
    for (const key of keys) await memory.put(key, bytes);
    const random = seededRandom(7);
    const store = withRetry(withFaults(memory, { random, cut: 0.3 }), { clock });
    expect(await clock.run(storedKeys(store))).toEqual(keys);
    expect(await clock.run(storedKeys(store, 'k3'))).toEqual(keys.slice(30));
  });

  it('does not try again what will not help, and says what it is', async () => {
    for (const [kind, code] of [
      ['not-found', 'STORE_NOT_FOUND'],
      ['denied', 'STORE_DENIED'],
      ['full', 'STORE_FULL'],
      ['permanent', 'STORE_REFUSED'],
    ] as const) {
      let calls = 0;
      const refusing: ObjectStore = Object.assign(withFaults(memory, { random: () => 1 }), {
        stat: () => {
          calls += 1;
          return Promise.reject(new Error('Forbidden https://host/key?X-Amz-Signature=abcdef more'));
        },
        classify: () => kind,
      });
      const store = withRetry(refusing, { clock });
      const error: unknown = await store.stat('a').catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code, context: { key: 'a', operation: 'stat' } });
      expect(String(error)).not.toContain('abcdef');
      expect(store.classify(error)).toBe(kind);
      expect(calls).toBe(1);
    }
  });

  it('does not take a bucket that is gone for an object that is gone', async () => {
    const gone = new CxvaultError('STORE_NOT_FOUND', 'the bucket does not exist');
    const bucketless = new Proxy(memory, {
      get: (store, name): unknown => {
        if (name === 'get') return () => Promise.reject(gone);
        if (name === 'classify')
          return (error: unknown) => (error === gone ? 'permanent' : store.classify(error));
        return Reflect.get(store, name, store);
      },
    });
    const store = withRetry(bucketless, { clock });
    await expect(readSmallObject(store, 'a', 100)).rejects.toBe(gone);
    expect(await readSmallObject(withRetry(memory, { clock }), 'a', 100)).toBeUndefined();
  });

  it('passes an abort through untouched, while it waits too', async () => {
    const reason = new Error('stopped');
    const stop = new AbortController();
    const waiting = flaky(9, { failBefore: 1 }).stat('a', { signal: stop.signal });
    await clock.advance(0);
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(withRetry(memory, { clock }).stat('a', { signal: stop.signal })).rejects.toBe(reason);
  });

  it('keeps every promise of the store over any faults that end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const inner = new MemoryStore();
        const random = seededRandom(seed);
        const rates = { failBefore: 0.15, failAfter: 0.15, throttle: 0.05, duplicate: 0.1, cut: 0.05 };
        const store = withRetry(withFaults(inner, { random, ...rates }), { clock, attempts: 30, random });
        const created: string[] = [];
        for (let n = 0; n < 30; n += 1) {
          const key = `k${String(Math.floor(random() * 10))}`;
          const body = Buffer.from(`${key} of ${String(n)}`);
          const before = await inner.stat(key);
          const outcome = await clock.run(
            store.put(key, body, { ifAbsent: true }).then(
              () => 'created',
              (error: unknown) => store.classify(error),
            ),
          );
          // a duplicated first request answers `exists` for our own object: createObject looks at the content
          if (before) expect(outcome).toBe('exists');
          else expect((await readStored(inner, key)).equals(body)).toBe(true);
          if (!before) created.push(key);
        }
        expect(await storedKeys(inner)).toEqual(created.toSorted());
      }),
      { numRuns: 20 },
    );
  });
});

describe('streams', () => {
  it('are closed, however a read ends', async () => {
    await memory.put('a', randomBytes(400_000));
    let open = 0;
    const counted: ObjectStore = Object.assign(withFaults(memory, { random: () => 1 }), {
      // like a file: open once the promise resolves, closed by the generator that has begun
      get: async (key: string) => {
        const stream = await memory.get(key);
        open += 1;
        return (async function* () {
          try {
            yield* stream;
          } finally {
            open -= 1;
          }
        })();
      },
    });
    const random = seededRandom(11);
    const faults = { random, failBefore: 0.1, failAfter: 0.2, cut: 0.3, throttle: 0.05 };
    const store = withRetry(withFaults(counted, faults), { clock, random, attempts: 10 });
    for (let n = 0; n < 60; n += 1) {
      await clock.run(readSmallObject(store, 'a', n % 2 === 0 ? 1_000 : 1_000_000).catch(() => undefined));
      const source = storeSource(store, 'a', 400_000);
      const first = async (): Promise<void> => {
        for await (const chunk of await source.read(0, 400_000)) if (chunk.length > 0 && n % 3 === 0) break;
      };
      await clock.run(first().catch(() => undefined));
      expect(open).toBe(0);
    }
  });
});

describe('withFaults', () => {
  it('does the same for the same seed', async () => {
    const record = async (seed: number): Promise<string[]> => {
      const faults: string[] = [];
      const store = withFaults(new MemoryStore(), {
        random: seededRandom(seed),
        failBefore: 0.2,
        failAfter: 0.2,
        cut: 0.2,
        onFault: (fault, operation, key) => faults.push(`${fault} ${operation} ${key}`),
      });
      for (let n = 0; n < 50; n += 1) await store.put(`k${String(n)}`, bytes).catch(() => undefined);
      return faults;
    };
    expect(await record(1)).toEqual(await record(1));
    expect(await record(1)).not.toEqual(await record(2));
    expect((await record(1)).length).toBeGreaterThan(5);
  });

  it('carries a request out whose answer it loses, and not one that it drops', async () => {
    const once = (faults: Partial<FaultOptions>): ObjectStore =>
      withFaults(memory, { random: () => 0, ...faults });
    await expect(once({ failBefore: 1 }).put('a', bytes)).rejects.toThrow('injected');
    await expect(once({ failAfter: 1 }).put('b', bytes)).rejects.toThrow('injected');
    expect(await storedKeys(memory)).toEqual(['b']);
  });

  it('leaves no object of an upload that it cuts', async () => {
    const store = withFaults(memory, { random: () => 0.4, cut: 1 });
    const body = {
      async *[Symbol.asyncIterator]() {
        await Promise.resolve();
        yield randomBytes(100);
        yield randomBytes(100);
      },
    };
    await expect(store.put('a', body)).rejects.toThrow('injected');
    expect(await storedKeys(memory)).toEqual([]);
  });
});
