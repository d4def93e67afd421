import { randomBytes } from 'node:crypto';

import { newId, rootKeyId, sealRing } from '@cxvault/crypto-codec';
import type { Ring } from '@cxvault/crypto-codec';
import type { ObjectStore } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { openArchive } from '../src/archive.ts';
import { Catalog } from '../src/catalog/catalog.ts';
import { syncCatalog } from '../src/catalog/sync.ts';
import { systemClock } from '../src/clock.ts';
import type { EntryRef } from '../src/journal-entry.ts';
import { addSlot, removeSlot } from '../src/keys/change-slots.ts';
import { rotateRootKey } from '../src/keys/rotate.ts';
import { listSlots } from '../src/keys/list-slots.ts';
import { openRingBytes } from '../src/key-ring.ts';
import { RunLock } from '../src/lock.ts';
import { replicateArchive } from '../src/replicate/replicate.ts';
import type { ReplicateResult } from '../src/replicate/replicate.ts';
import { seededRandom, withFaults } from '../src/store-faults.ts';
import { withRetry } from '../src/store-retry.ts';
import { verifyArchive } from '../src/verify/verify-archive.ts';
import { ArchiveBuilder, testUnlock } from './archive-builder.ts';
import { flipByte, readStored, storedKeys } from './stored.ts';
import { VirtualClock } from './virtual-clock.ts';

const otherUnlock = { keyFile: Buffer.alloc(32, 9) };
const large = randomBytes(3_000_000);

/** Counts what is read of it and what is listed, and remembers the order in which it was written. */
class WatchedStore extends MemoryStore {
  readonly got: string[] = [];
  readonly put_: string[] = [];
  /** After so many changes every further one fails, as for a process that was killed. */
  changesLeft = Infinity;

  override async get(...args: Parameters<MemoryStore['get']>): ReturnType<MemoryStore['get']> {
    this.got.push(args[0]);
    return super.get(...args);
  }

  override async put(...args: Parameters<MemoryStore['put']>): ReturnType<MemoryStore['put']> {
    this.#change();
    const info = await super.put(...args);
    this.put_.push(args[0]);
    return info;
  }

  override async remove(...args: Parameters<MemoryStore['remove']>): ReturnType<MemoryStore['remove']> {
    if (args[0].startsWith('locks/')) return super.remove(...args);
    this.#change();
    await super.remove(...args);
  }

  #change(): void {
    this.changesLeft -= 1;
    if (this.changesLeft < 0) throw new Error('killed');
  }
}

let from: WatchedStore;
let to: WatchedStore;
let builder: ArchiveBuilder;
let catalogs: Catalog[];
beforeEach(async () => {
  catalogs = [];
  from = new WatchedStore();
  to = new WatchedStore();
  builder = await ArchiveBuilder.create({ store: from });
  const first = builder.run();
  await first.archive([{ id: 'a', media: [{ id: 'm', content: large }] }, { id: 'b' }]);
  await first.archive([{ id: 'c', media: [{ id: 'n', content: Buffer.from('sound') }] }]);
  await first.finish();
  const second = builder.run(first.last ? [first.last] : []);
  await second.archive([{ id: 'd' }]);
  await second.finish();
});
afterEach(() => {
  for (const catalog of catalogs) catalog.close();
});

async function replicate(
  source: ObjectStore = from,
  target: ObjectStore = to,
  unlock = testUnlock,
): Promise<ReplicateResult> {
  const archive = await openArchive(source, unlock);
  const catalog = Catalog.open('', archive.id);
  catalogs.push(catalog);
  const clock = new VirtualClock(undefined, { selfMoving: true });
  return replicateArchive(archive, target, { unlock, catalog, clock });
}

async function contentOf(store: ObjectStore): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  for (const key of await storedKeys(store)) {
    if (!key.startsWith('locks/')) content.set(key, (await readStored(store, key)).toString('base64'));
  }
  return content;
}

async function expectWhole(store: ObjectStore, unlock = testUnlock): Promise<void> {
  expect(await verifyArchive(await openArchive(store, unlock), { archive: 'test' })).toMatchObject({
    ok: true,
    damage: [],
  });
}

const has = async (store: ObjectStore, key: string): Promise<boolean> =>
  (await store.stat(key)) !== undefined;

async function find(store: ObjectStore, prefix: string, at = 0): Promise<string> {
  const key = (await storedKeys(store, prefix)).at(at);
  if (key === undefined) throw new Error(`nothing below ${prefix}`);
  return key;
}

describe('replicateArchive', () => {
  it('makes an equal archive in an empty place, and leaves it alone when it is whole', async () => {
    expect(await replicate()).toMatchObject({
      ok: true,
      created: true,
      objects: { copied: 5, held: 0 },
      entries: { copied: 5, held: 0 },
      reports: 2,
      slots: { added: 1, removed: 0 },
    });
    expect(await contentOf(to)).toEqual(await contentOf(from));
    await expectWhole(to);
    from.got.length = 0;
    to.put_.length = 0;
    to.got.length = 0;
    expect(await replicate()).toMatchObject({
      created: false,
      objects: { copied: 0, held: 5 },
      entries: { copied: 0, held: 5 },
      bytes: 0,
    });
    expect(from.got.filter((key) => key.startsWith('data/'))).toEqual([]);
    expect(to.got.filter((key) => key.startsWith('data/') || key.startsWith('runs/'))).toEqual([]);
    expect(to.put_.filter((key) => !key.startsWith('locks/'))).toEqual([]);
  });

  it('copies what an entry names before the entry, and the descriptor last', async () => {
    await replicate();
    const order = to.put_.filter((key) => !key.startsWith('locks/'));
    expect(order.at(-1)).toBe('cxvault.json');
    expect(
      order.slice(0, 2).every((key) => key.startsWith('keys/slots/') || key.startsWith('keys/ring/')),
    ).toBe(true);
    const lastData = order.findLastIndex((key) => key.startsWith('data/'));
    const lastEntry = order.findLastIndex((key) => /runs\/.*\/\d/.test(key));
    expect(lastData).toBeLessThan(lastEntry);
    expect(order.findIndex((key) => key.startsWith('runs/'))).toBeGreaterThan(
      order.findIndex((key) => key.startsWith('data/')),
    );
  });

  it('is a whole archive or none after each change at which it is cut off, and goes on from there', async () => {
    let stops = 0;
    for (;;) {
      const target = new WatchedStore();
      target.changesLeft = stops;
      const cut = await replicate(from, target).then(
        () => false,
        () => true,
      );
      target.changesLeft = Infinity;
      if (!cut) break;
      expect(await has(target, 'cxvault.json')).toBe(false);
      await replicate(from, target);
      expect(await contentOf(target)).toEqual(await contentOf(from));
      stops += 1;
    }
    expect(stops).toBeGreaterThan(15);
  });

  it('keeps the target whole at each change when it catches up, whatever the order of run ids', async () => {
    await replicate();
    const before = await contentOf(to);
    const tips = [(await heads(from))[0]].filter((tip) => tip !== undefined);
    const third = builder.run(tips);
    await third.archive([{ id: 'e', media: [{ id: 'o', content: Buffer.from('more') }] }]);
    await third.finish();
    const fourth = builder.run(third.last ? [third.last] : []);
    await fourth.archive([{ id: 'f' }]);
    await fourth.finish();
    // the newest run first, as with ids that have no order
    const backwards = new Backwards(from);
    let stops = 0;
    for (;;) {
      const target = new WatchedStore();
      for (const [key, bytes] of before) await target.put(key, Buffer.from(bytes, 'base64'));
      target.changesLeft = stops;
      const cut = await replicate(backwards, target).then(
        () => false,
        () => true,
      );
      target.changesLeft = Infinity;
      await expectWhole(target);
      if (!cut) break;
      stops += 1;
    }
    expect(stops).toBeGreaterThan(8);
  });

  it('refuses another archive, whole or in part, and leaves it as it is', async () => {
    await ArchiveBuilder.create({ store: to });
    const before = await contentOf(to);
    await expect(replicate()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await to.remove('cxvault.json');
    await expect(replicate()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    before.delete('cxvault.json');
    expect(await contentOf(to)).toEqual(before);
  });

  it('never copies a damaged object: it names it, stops that run before its entry, and goes on with others', async () => {
    const medium = await find(from, 'data/media/', -1);
    await flipByte(from, medium, 100);
    const result = await replicate();
    expect(result).toMatchObject({
      ok: false,
      damage: [{ object_key: medium, kind: 'media', problem: 'checksum' }],
      stopped: [{ n: expect.any(Number) }],
      created: true,
    });
    expect(result.damage[0]?.interactions).toHaveLength(1);
    expect(await has(to, medium)).toBe(false);
    const runs = await storedKeys(from, 'runs/');
    const stopped = result.stopped[0];
    const missing = runs
      .filter((key) => key.startsWith(`runs/${stopped?.run_id ?? ''}/`))
      .slice((stopped?.n ?? 0) - 1);
    const expected = (await storedKeys(from)).filter((key) => !missing.includes(key) && key !== medium);
    const there = await storedKeys(to);
    expect(there.filter((key) => key.startsWith('runs/'))).toEqual(
      expected.filter((key) => key.startsWith('runs/')),
    );
    await flipByte(from, medium, 100);
    expect(await replicate()).toMatchObject({ ok: true });
    expect(await contentOf(to)).toEqual(await contentOf(from));
  });

  it.each([
    [
      'a large object that was changed',
      'data/media/',
      (key: string) => flipByte(from, key, 2_000_000),
      'checksum',
    ],
    ['an object that is gone', 'data/', (key: string) => from.remove(key), 'missing'],
    ['an object that was cut', 'data/', (key: string) => cut(from, key), 'size'],
    ['an entry that was changed', 'runs/', (key: string) => flipByte(from, key, -80), 'chunk'],
    ['a ring object that was changed', 'keys/ring/', (key: string) => flipByte(from, key, 100), 'content'],
  ])('reports %s', async (_, prefix, damage, problem) => {
    const keys = (await storedKeys(from, prefix)).toSorted();
    const sizes = await Promise.all(keys.map(async (key) => (await readStored(from, key)).length));
    // of the ring objects, one that is not the journal's
    const key = prefix === 'keys/ring/' ? await dataRing(from) : keys[sizes.indexOf(Math.max(...sizes))];
    if (key === undefined) throw new Error('no object');
    await damage(key);
    const { ok, damage: found } = await replicate();
    expect(ok).toBe(false);
    expect(found).toContainEqual(expect.objectContaining({ object_key: key, problem }));
    expect(await has(to, key)).toBe(false);
  });

  it('puts an object of another size right, from a copy that was checked', async () => {
    await replicate();
    const key = await find(to, 'data/records/');
    await cut(to, key);
    expect(await replicate()).toMatchObject({ objects: { copied: 1, replaced: 1 } });
    await expectWhole(to);
  });

  it('brings back what was lost at the target behind the journal', async () => {
    await replicate();
    for (const key of await storedKeys(to, 'data/')) await to.remove(key);
    await to.remove(await find(to, 'runs/', 1));
    await to.remove(await dataRing(to));
    expect(await replicate()).toMatchObject({ objects: { copied: 5 }, entries: { copied: 1 } });
    expect(await contentOf(to)).toEqual(await contentOf(from));
  });

  it('is refused while a run has the lock of the target', async () => {
    await replicate();
    const lock = await RunLock.acquire(to, { runId: newId(), clock: systemClock });
    await expect(replicate()).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    await lock.release();
    await replicate();
  });

  it('gets through stores that fail now and then', async () => {
    const random = seededRandom(7);
    const clock = new VirtualClock(undefined, { selfMoving: true });
    const shaky = (store: ObjectStore): ObjectStore =>
      withRetry(withFaults(store, { failBefore: 0.05, failAfter: 0.05, cut: 0.05, random }), {
        clock,
        random,
        attempts: 20,
      });
    for (let time = 0; time < 10; time += 1) {
      const target = new MemoryStore();
      await replicate(shaky(from), shaky(target));
      expect(await contentOf(target)).toEqual(await contentOf(from));
    }
  });
});

describe('replicateArchive and keys', () => {
  it('adds and removes slots as they were added and removed at the source, before it copies anything', async () => {
    await addSlot(from, testUnlock, { kind: 'keyfile', unlock: otherUnlock, label: '' }, systemClock);
    await replicate();
    await expectWhole(to, otherUnlock);
    const [lost] = (await listSlots(from, undefined)).slots
      .filter(({ kind }) => kind === 'keyfile')
      .slice(-1);
    await removeSlot(from, testUnlock, lost?.id ?? '');
    const third = builder.run(await heads(from));
    await third.archive([{ id: 'e' }]);
    to.put_.length = 0;
    expect(await replicate()).toMatchObject({ slots: { added: 0, removed: 1 } });
    await expect(openArchive(to, otherUnlock)).rejects.toMatchObject({ code: 'KEY_WRONG' });
    await expectWhole(to);
  });

  it('brings a rotated root key over, also for ring objects that only the target has', async () => {
    await replicate();
    const there = new ArchiveBuilder(await openArchive(to, testUnlock), {
      store: to,
      compression: 'zstd',
      storedAt: new Date(),
    });
    const own = there.run(await heads(to));
    await own.archive([{ id: 'x' }]);
    await own.finish();
    await rotateRootKey(from, { unlocks: [testUnlock], drop: [], clock: systemClock });
    const slots = await storedKeys(from, 'keys/slots/');
    let stops = 0;
    const before = await contentOf(to);
    for (;;) {
      const target = new WatchedStore();
      for (const [key, bytes] of before) await target.put(key, Buffer.from(bytes, 'base64'));
      target.changesLeft = stops;
      const cutOff = await replicate(from, target).then(
        () => false,
        () => true,
      );
      target.changesLeft = Infinity;
      await expectWhole(target);
      if (!cutOff) {
        expect(await storedKeys(target, 'keys/slots/')).toEqual(slots);
        break;
      }
      await replicate(from, target);
      await expectWhole(target);
      expect(await storedKeys(target, 'keys/slots/')).toEqual(slots);
      stops += 1;
    }
    expect(stops).toBeGreaterThan(4);
  });
});

describe('replicateArchive and erasures', () => {
  it('brings the destruction of keys over, and never undoes one', async () => {
    await replicate();
    const [ring, other] = [await dataRing(from), await dataRing(from, 1)];
    const medium = await find(from, 'data/media/');
    await destroyKeys(from, ring);
    await destroyKeys(to, other);
    const third = builder.run(await heads(from));
    await third.append({
      erased: [{ interaction_id: 'a', objects: [medium], at: '2026-11-02T08:00:00.000Z', reason: 'asked' }],
    });
    to.put_.length = 0;
    await from.remove(medium); // gone for good: not missing
    await to.remove(medium);
    expect(await replicate()).toMatchObject({ ok: true, rings: { copied: 1 } });
    expect(to.put_.find((key) => !key.startsWith('locks/'))).toBe(ring);
    expect(await readStored(to, ring)).toEqual(await readStored(from, ring));
    expect(await livingKeys(to, other)).toBe(0);
    expect(await replicate(to, from)).toMatchObject({ ok: true });
    expect(await livingKeys(from, other)).toBe(0);
    expect(await livingKeys(from, ring)).toBe(0);
  });
});

async function ringOf(store: ObjectStore, key: string): Promise<Ring> {
  const { id, keys } = await openArchive(store, testUnlock);
  const keyId = key.slice('keys/ring/'.length, -'.cxv'.length);
  return openRingBytes(await readStored(store, key), id, keyId, keys.rootKeys);
}

const livingKeys = async (store: ObjectStore, key: string): Promise<number> =>
  (await ringOf(store, key)).keys.filter((one) => one !== null).length;

/** As an erasure does. */
async function destroyKeys(store: ObjectStore, key: string): Promise<void> {
  const { id, keys } = await openArchive(store, testUnlock);
  const ring = await ringOf(store, key);
  const nothing = ring.keys.map(() => null);
  const { bytes } = sealRing(ring.keyId, nothing, {
    archiveId: id,
    key: { keyId: rootKeyId, number: 0, key: keys.writingKey },
    objectKeyOf: () => key,
    compression: 'none',
    createdAt: ring.createdAt,
  });
  await store.put(key, bytes);
}

/** Lists runs the other way round. */
class Backwards extends MemoryStore {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    super();
    this.#store = store;
  }

  override get(...args: Parameters<MemoryStore['get']>): ReturnType<MemoryStore['get']> {
    return this.#store.get(...args);
  }

  override stat(...args: Parameters<MemoryStore['stat']>): ReturnType<MemoryStore['stat']> {
    return this.#store.stat(...args);
  }

  override async *list(...args: Parameters<MemoryStore['list']>): ReturnType<MemoryStore['list']> {
    const runs = new Map<string, { key: string; size: number; modifiedAt: Date }[]>();
    for await (const info of this.#store.list(...args)) {
      const run = args[0] === 'runs/' ? (info.key.split('/')[1] ?? '') : '';
      runs.set(run, [...(runs.get(run) ?? []), info]);
    }
    for (const infos of [...runs.values()].toReversed()) yield* infos;
  }

  override classify(error: unknown): ReturnType<MemoryStore['classify']> {
    return this.#store.classify(error);
  }
}

async function heads(store: ObjectStore): Promise<EntryRef[]> {
  const archive = await openArchive(store, testUnlock);
  const catalog = Catalog.open('', archive.id);
  await syncCatalog(archive, catalog);
  const tips = catalog.tips();
  catalog.close();
  return tips;
}

/** A ring object that does not hold the journal key. */
async function dataRing(store: ObjectStore, at = 0): Promise<string> {
  const descriptor = (await readStored(store, 'cxvault.json')).toString();
  const rings = await storedKeys(store, 'keys/ring/');
  const key = rings.filter((name) => !descriptor.includes(name.slice('keys/ring/'.length, -'.cxv'.length)))[
    at
  ];
  if (key === undefined) throw new Error('no ring object of data keys');
  return key;
}

async function cut(store: ObjectStore, key: string): Promise<void> {
  const bytes = await readStored(store, key);
  await store.put(key, bytes.subarray(0, bytes.length - 10));
}
