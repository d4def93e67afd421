import { newId, openObject } from '@cxvault/crypto-codec';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { beforeEach, describe, expect, it } from '@jest/globals';

import { openArchive } from '../src/archive.ts';
import type { Archive } from '../src/archive.ts';
import { breakLock } from '../src/break-lock.ts';
import { Catalog } from '../src/catalog/catalog.ts';
import { syncCatalog } from '../src/catalog/sync.ts';
import { RunLock } from '../src/lock.ts';
import { ownProcess } from '../src/process-identity.ts';
import { pruneArchive } from '../src/prune/prune.ts';
import type { PruneOptions, PruneResult } from '../src/prune/prune.ts';
import { withFaults } from '../src/store-faults.ts';
import { verifyArchive } from '../src/verify/verify-archive.ts';
import { ArchiveBuilder, testUnlock } from './archive-builder.ts';
import { flipByte, readStored, storedKeys } from './stored.ts';
import { VirtualClock } from './virtual-clock.ts';

const day = 86_400_000; // milliseconds

let clock: VirtualClock;
let store: MeddledStore;
let archive: Archive;
let builder: ArchiveBuilder;
beforeEach(async () => {
  clock = new VirtualClock();
  store = new MeddledStore({ now: () => clock.now() });
  builder = await ArchiveBuilder.create({ store });
  archive = builder.archive;
  const run = builder.run();
  await run.archive([{ id: 'a', media: [{ id: 'm', content: Buffer.from('sound') }] }, { id: 'b' }]);
  await run.finish();
});

/** Lets something happen once, when `data/` is about to be listed. */
class MeddledStore extends MemoryStore {
  beforeData: (() => Promise<void>) | undefined;

  override async *list(...args: Parameters<MemoryStore['list']>): ReturnType<MemoryStore['list']> {
    const { beforeData } = this;
    if (args[0].startsWith('data/')) {
      this.beforeData = undefined;
      await beforeData?.();
    }
    yield* super.list(...args);
  }
}

const prune = (options: Partial<PruneOptions> = {}): Promise<PruneResult> =>
  pruneArchive(archive, { olderThanMs: day, remove: true, records: false, clock, ...options });

/** A run that stored a segment with a medium, and was killed before its entry. Returns what it left. */
async function crashedRun(id = 'c'): Promise<string[]> {
  const before = new Set(await storedKeys(store));
  const dying = withFaults(store, {
    failBefore: 1,
    random: () => 0,
    only: (operation, key) => operation === 'put' && key.startsWith('runs/'),
  });
  const crashing = new ArchiveBuilder(await openArchive(dying, testUnlock), {
    store: dying,
    compression: 'none',
    storedAt: new Date(clock.now()),
  });
  const work = crashing.run().archive([{ id, media: [{ id: 'm', content: Buffer.from('lost') }] }]);
  await expect(work).rejects.toThrow('injected');
  return (await storedKeys(store)).filter((key) => !before.has(key));
}

const startingWith = (keys: readonly string[], prefix: string): string[] =>
  keys.filter((key) => key.startsWith(prefix));

const namesOf = (list: readonly { readonly object_key: string }[]): string[] =>
  list.map(({ object_key }) => object_key);

async function expectWhole(): Promise<void> {
  const report = await verifyArchive(await openArchive(store, testUnlock), { archive: 'memory' });
  expect(report).toMatchObject({ ok: true, damage: [] });
}

describe('pruneArchive', () => {
  it('removes exactly what crashed runs left, when it is old enough', async () => {
    const sound = await storedKeys(store);
    const left = await crashedRun();
    await store.put('data/media/2026/01/01/junk', Buffer.from('no object'));
    await store.put('locks/probe/old', Buffer.from('x'));
    clock.set(clock.now() + day - 1);
    expect(await prune()).toMatchObject({
      leftovers: [],
      with_records: [],
      younger: { objects: 3 },
      removed: { objects: 0 },
    });
    clock.set(clock.now() + 2);
    const kept = await prune();
    const segment = startingWith(left, 'data/records/');
    expect(namesOf(kept.with_records)).toEqual(segment);
    expect(kept.with_records).toMatchObject([{ records: 1, unarchived: 1 }]);
    expect(namesOf(kept.leftovers)).toEqual([
      'data/media/2026/01/01/junk',
      ...startingWith(left, 'data/media/'),
      'locks/probe/old',
    ]);
    // the segment stays, and so does the ring object with its key
    expect(await storedKeys(store)).toEqual([...sound, ...segment, ...startingWith(left, 'keys/')].sort());
    const all = await prune({ records: true });
    expect(all.removed.objects).toBe(2);
    expect(await storedKeys(store)).toEqual(sound);
    await expectWhole();
  });

  it('keeps what the store retains, counts it, and keeps the keys that it was sealed with', async () => {
    const sound = await storedKeys(store);
    const left = await crashedRun();
    const retained = startingWith(left, 'data/');
    const until = new Date(clock.now() + 30 * day);
    for (const key of retained)
      await store.put(key, await readStored(store, key), { retention: { mode: 'compliance', until } });
    await store.put('data/media/2026/01/01/free', Buffer.from('no object'));
    clock.set(clock.now() + 2 * day);
    const bytes = (await Promise.all(retained.map(async (key) => (await store.stat(key))?.size ?? 0))).reduce(
      (sum, size) => sum + size,
    );
    const listed = await prune({ remove: false, records: true });
    expect(listed).toMatchObject({ retained: { objects: 2, bytes }, removed: { objects: 0 } });
    expect(listed.leftovers.map(({ kind, retained_until }) => [kind, retained_until])).toEqual([
      ['media', undefined],
      ['media', until.toISOString()],
    ]);
    expect(listed.with_records).toMatchObject([{ retained_until: until.toISOString() }]);
    const pruned = await prune({ records: true });
    expect(pruned).toMatchObject({ retained: { objects: 2 }, removed: { objects: 1 } });
    expect(await storedKeys(store)).toEqual([...sound, ...left].sort());
    clock.set(until.getTime());
    expect(await prune({ records: true })).toMatchObject({
      retained: { objects: 0, bytes: 0 },
      removed: { objects: 3 },
    });
    expect(await storedKeys(store)).toEqual(sound);
    await expectWhole();
  });

  it('lists without removing anything', async () => {
    await crashedRun();
    clock.set(clock.now() + 2 * day);
    const before = await storedKeys(store);
    const { leftovers, with_records, removed } = await prune({ remove: false, records: true });
    expect(leftovers.map(({ kind }) => kind)).toEqual(['media', 'ring']);
    expect(with_records).toHaveLength(1);
    expect(removed).toEqual({ objects: 0, bytes: 0 });
    expect(await storedKeys(store)).toEqual(before);
  });

  it('tells records that another run has archived since from those that nobody has', async () => {
    const left = await crashedRun();
    const segment = startingWith(left, 'data/records/')[0] ?? '';
    await store.put('data/records/2026/01/01/unreadable.cxv', Buffer.alloc(300));
    const run = builder.run();
    await run.append({
      archived: [
        {
          interaction_id: 'c',
          updated_time: null,
          sha256: await recordSha256(segment),
          content: 'v1:00',
          segment: 'data/records/elsewhere',
          media: [],
          absent: [],
        },
      ],
    });
    clock.set(clock.now() + 2 * day);
    const { with_records } = await prune({ remove: false });
    expect(with_records).toMatchObject([
      { object_key: 'data/records/2026/01/01/unreadable.cxv', records: null, unarchived: null },
      { object_key: segment, records: 1, unarchived: 0 },
    ]);
  });

  it('goes by the clock of the store, and never below a day', async () => {
    await crashedRun();
    expect(await prune({ olderThanMs: 0, records: true })).toMatchObject({ leftovers: [], with_records: [] });
    const machine = new VirtualClock(clock.now() + 30 * day);
    expect(await prune({ records: true, clock: machine })).toMatchObject({ leftovers: [], with_records: [] });
  });

  it('waits for no run', async () => {
    const lock = await RunLock.acquire(store, { runId: newId(), clock });
    await expect(prune()).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    await expect(prune({ remove: false })).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    await lock.release();
  });

  it.each<[string, () => Promise<void>]>([
    ['is damaged', async () => flipByte(store, (await entries())[0] ?? '', 80)],
    ['is missing', async () => store.remove((await entries())[0] ?? '')],
    [
      'has lost its run, whose report is left',
      async () => {
        for (const key of await entries()) await store.remove(key);
      },
    ],
  ])('refuses while an entry %s', async (_, damage) => {
    const left = await crashedRun();
    clock.set(clock.now() + 2 * day);
    await damage();
    const before = await storedKeys(store);
    await expect(prune({ records: true })).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
    expect(await storedKeys(store)).toEqual(before);
    expect(before).toEqual(expect.arrayContaining(left));
  });

  it('refuses while a tip is gone that this machine remembers', async () => {
    const remembered = Catalog.open(':memory:', archive.id);
    const run = builder.run();
    await run.archive([{ id: 'newest' }]);
    await syncCatalog(archive, remembered);
    await store.remove(`runs/${run.runId}/000001.cxv`);
    clock.set(clock.now() + 2 * day);
    await expect(prune({ records: true, remembered })).rejects.toMatchObject({
      code: 'JOURNAL_DAMAGED',
      context: { object_key: `runs/${run.runId}/000001.cxv` },
    });
    remembered.close();
  });

  it('leaves alone what is committed while it looks', async () => {
    const left = await crashedRun();
    clock.set(clock.now() + 2 * day);
    const [medium = ''] = startingWith(left, 'data/media/');
    store.beforeData = () =>
      builder.run().append({ objects: [{ key: medium, kind: 2, bytes: 1, sha256: 'a'.repeat(64) }] });
    const result = await prune({ records: true });
    expect(result.rings_kept).toContain('committed meanwhile');
    expect(namesOf(result.leftovers)).not.toContain(medium);
    expect(await storedKeys(store)).toEqual(expect.arrayContaining([medium, ...startingWith(left, 'keys/')]));
  });

  it('keeps all ring objects when an object that is named cannot say which it needs', async () => {
    await crashedRun();
    clock.set(clock.now() + 2 * day);
    const [medium = ''] = await namedMedia();
    const rings = await storedKeys(store, 'keys/ring/');
    const bytes = await readStored(store, medium);
    await store.remove(medium);
    expect((await prune({ records: true })).rings_kept).toContain('missing');
    await store.put(medium, bytes);
    await flipByte(store, medium, 50); // its key id
    expect((await prune({ records: true })).rings_kept).toContain(medium);
    expect(await storedKeys(store, 'keys/ring/')).toEqual(rings);
    await store.put(medium, bytes);
    expect(await prune()).toMatchObject({ rings_kept: null, removed: { objects: 1 } });
    await expectWhole();
  });

  it('touches nothing outside its folders, nor below runs/', async () => {
    for (const key of ['other/file', 'keys/note.txt', 'keys/ring/note', 'runs/note.txt', 'snapshots/1'])
      await store.put(key, Buffer.from('mine'));
    const before = await storedKeys(store);
    clock.set(clock.now() + 2 * day);
    expect(await prune({ records: true })).toMatchObject({ leftovers: [], removed: { objects: 0 } });
    expect(await storedKeys(store)).toEqual(before);
  });
});

describe('breakLock', () => {
  const elsewhere = { host: 'other', boot_id: 'b', pid: 4711, process_start: null };

  it('finds none', async () => {
    expect(await breakLock(store)).toBeUndefined();
  });

  it('breaks that of a process that is gone, at once', async () => {
    const gone = { ...ownProcess(), process_start: 'long ago' };
    const frozen = new VirtualClock(clock.now());
    await RunLock.acquire(store, { runId: 'r', clock: frozen, process: gone });
    expect(await breakLock(store)).toMatchObject({ run_id: 'r', pid: process.pid, holder: 'gone' });
    expect(await storedKeys(store, 'locks/')).toEqual([]);
  });

  it('breaks that of another machine after two silent minutes, not before', async () => {
    const frozen = new VirtualClock(clock.now());
    await RunLock.acquire(store, { runId: 'r', clock: frozen, process: elsewhere });
    clock.set(clock.now() + 119_000);
    await expect(breakLock(store)).rejects.toMatchObject({
      code: 'ARCHIVE_LOCKED',
      context: { host: 'other', pid: 4711, since: '2026-11-23T09:00:00.000Z' },
      hint: expect.stringContaining('2 minutes'),
    });
    expect(await storedKeys(store, 'locks/run/')).toEqual(['locks/run/1.json']);
    clock.set(clock.now() + 2_000);
    expect(await breakLock(store)).toMatchObject({ holder: 'silent', host: 'other' });
    expect(await storedKeys(store, 'locks/')).toEqual([]);
  });

  it('leaves that of a process that runs here, however silent', async () => {
    const frozen = new VirtualClock(clock.now());
    await RunLock.acquire(store, { runId: 'r', clock: frozen });
    clock.set(clock.now() + day);
    await expect(breakLock(store)).rejects.toMatchObject({
      code: 'ARCHIVE_LOCKED',
      hint: expect.stringContaining(String(process.pid)),
    });
  });

  it('breaks one that cannot be read when it is old', async () => {
    await store.put('locks/run/7.json', Buffer.from('?'));
    await expect(breakLock(store)).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    clock.set(clock.now() + 121_000);
    expect(await breakLock(store)).toMatchObject({ holder: 'silent', host: null, pid: null });
  });
});

const entries = async (): Promise<string[]> =>
  (await storedKeys(store, 'runs/')).filter((key) => !key.endsWith('report.cxv'));

async function namedMedia(): Promise<string[]> {
  const catalog = Catalog.open('', archive.id);
  await syncCatalog(archive, catalog);
  const keys = (await storedKeys(store, 'data/media/')).filter((key) => catalog.isNamed(key));
  catalog.close();
  return keys;
}

/** Of the one record in a segment. */
async function recordSha256(segment: string): Promise<string> {
  const opened = await openObject(await archive.source(segment), archive.lookup, {
    archiveId: archive.id,
    objectKey: segment,
    kind: 'records',
  });
  return opened.index.records?.[0]?.sha256 ?? '';
}
