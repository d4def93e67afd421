import { randomBytes } from 'node:crypto';

import { newId, sealDocument } from '@cxvault/crypto-codec';
import type { ObjectStore } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { describe, expect, it } from '@jest/globals';

import { createArchive, openArchive } from '../src/archive.ts';
import type { Archive } from '../src/archive.ts';
import type { Damage } from '../src/damage.ts';
import type { EntryLists, EntryRef } from '../src/journal-entry.ts';
import { JournalWriter, readJournal } from '../src/journal.ts';
import type { JournalItem, KnownEntries, StoredEntry } from '../src/journal.ts';
import { KeyRing } from '../src/key-ring.ts';
import { entryKey, reportKey } from '../src/layout.ts';
import { withFaults } from '../src/store-faults.ts';
import { flipByte, readStored, storedKeys } from './stored.ts';
import { VirtualClock } from './virtual-clock.ts';

const unlock = { keyFile: randomBytes(32) };
const source = { system: 'cxone', profile: 'interactions', tenant: 't1' };
const tool = { name: 'cxvault', version: '0.1.0' };

async function newArchive(store: ObjectStore = new MemoryStore()): Promise<Archive> {
  return createArchive(store, { unlock });
}

function writerFor(
  archive: Archive,
  options: { runId?: string; heads?: readonly EntryRef[] } = {},
): JournalWriter {
  const { runId = newId(), heads = [] } = options;
  return new JournalWriter(archive, { runId, heads, source, tool, clock: new VirtualClock() });
}

const seen = (id: string): EntryLists => ({ seen: [{ interaction_id: id, updated_time: null }] });

async function writeRun(
  archive: Archive,
  entries: number,
  heads: readonly EntryRef[] = [],
): Promise<StoredEntry[]> {
  const writer = writerFor(archive, { heads });
  const written: StoredEntry[] = [];
  for (let n = 1; n <= entries; n += 1) {
    written.push(await writer.append(seen(`i${String(n)}`), { final: n === entries }));
  }
  return written;
}

async function readAll(archive: Archive, known?: KnownEntries): Promise<JournalItem[]> {
  const items: JournalItem[] = [];
  for await (const item of readJournal(archive, known)) items.push(item);
  return items;
}

function damageIn(items: readonly JournalItem[]): Damage[] {
  return items.flatMap((item) => ('damage' in item ? [item.damage] : []));
}

function entriesIn(items: readonly JournalItem[]): StoredEntry[] {
  return items.flatMap((item) => ('entry' in item ? [item] : []));
}

const keysOf = (items: readonly { readonly object_key: string }[]): string[] =>
  items.map((item) => item.object_key);

describe('JournalWriter', () => {
  it('stores no entry that a reader would take for damage', async () => {
    const archive = await newArchive();
    const writer = writerFor(archive);
    await expect(writer.append(seen(''))).rejects.toMatchObject({ code: 'INTERNAL' });
    await writer.append(seen('i1'), { final: true });
    expect(damageIn(await readAll(archive))).toEqual([]);
  });

  it('numbers and chains entries, and names heads and descriptor in the first', async () => {
    const archive = await newArchive();
    const [tip] = await writeRun(archive, 1);
    const heads = tip ? [tip.ref] : [];
    const [first, second] = await writeRun(archive, 2, heads);
    expect(first?.entry).toMatchObject({
      n: 1,
      previous: null,
      heads,
      descriptor_sha256: archive.descriptorSha256,
      source,
      tool,
      at: '2026-11-23T09:00:00.000Z',
      final: false,
    });
    expect(second?.entry).toMatchObject({ n: 2, previous: first?.ref.sha256, final: true });
    expect(second?.entry.heads).toBeUndefined();
    expect(second?.entry.descriptor_sha256).toBeUndefined();
  });

  it('gives back what a reader of another process finds', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const written = await writeRun(archive, 3);
    const items = await readAll(await openArchive(store, unlock));
    expect(items).toEqual(written);
  });

  it('carries out appends one after the other, whatever their order of awaiting', async () => {
    const archive = await newArchive();
    const writer = writerFor(archive);
    const entries = await Promise.all(Array.from({ length: 20 }, (_, n) => writer.append(seen(String(n)))));
    expect(entries.map(({ entry }) => entry.n)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(entries.map(({ entry }) => entry.seen[0]?.interaction_id)).toEqual(
      Array.from({ length: 20 }, (_, n) => String(n)),
    );
    expect(damageIn(await readAll(archive))).toEqual([]);
  });

  it('leaves empty lists out of the stored document', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const small = await writerFor(archive).append({ archived: [], marks: [], failed: [] });
    const large = await writerFor(archive).append(seen('x'));
    expect(small.bytes).toBeLessThan(large.bytes);
    expect(small.entry.archived).toEqual([]);
  });

  it('takes an entry whose answer was lost for stored', async () => {
    const store = new MemoryStore();
    await newArchive(store);
    const archive = await openArchive(withFaults(store, { duplicate: 1, random: () => 0 }), unlock);
    const writer = writerFor(archive);
    await writer.append(seen('a'));
    await writer.append(seen('b'), { final: true });
    expect(entriesIn(await readAll(archive))).toHaveLength(2);
  });

  it("stops at another's object under its name, and leaves it alone", async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const runId = newId();
    const writer = writerFor(archive, { runId });
    await writer.append(seen('a'));
    await store.put(entryKey(runId, 2), Buffer.from('foreign'));
    await expect(writer.append(seen('b'))).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
    expect((await readStored(store, entryKey(runId, 2))).toString()).toBe('foreign');
    await expect(writer.append(seen('c'))).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
  });

  it('takes no more after an append of unknown outcome', async () => {
    const store = new MemoryStore();
    await newArchive(store);
    let failing = true;
    const faults = {
      failAfter: 1,
      random: () => 0,
      only: (operation: string) => failing && operation === 'put',
    };
    const archive = await openArchive(withFaults(store, faults), unlock);
    const writer = writerFor(archive);
    await expect(writer.append(seen('a'))).rejects.toThrow('injected');
    failing = false;
    await expect(writer.append(seen('b'))).rejects.toThrow('injected');
    expect(entriesIn(await readAll(archive)).map(({ entry }) => entry.seen[0]?.interaction_id)).toEqual([
      'a',
    ]);
  });

  it('asks before each entry, stores nothing when it must not, and goes on when it may', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    let allowed = false;
    const writer = new JournalWriter(archive, {
      runId: newId(),
      heads: [],
      source,
      tool,
      clock: new VirtualClock(),
      beforeAppend: async () => {
        await Promise.resolve();
        if (!allowed) throw new Error('lock lost');
      },
    });
    await expect(writer.append(seen('a'))).rejects.toThrow('lock lost');
    expect(await storedKeys(store, 'runs/')).toEqual([]);
    allowed = true;
    expect((await writer.append(seen('b'))).entry.n).toBe(1);
  });

  it('refuses entries and reports at the wrong time, and entries that are too large', async () => {
    const archive = await newArchive();
    const writer = writerFor(archive);
    await expect(writer.writeReport({})).rejects.toMatchObject({ code: 'INTERNAL' });
    const huge = {
      failed: [{ interaction_id: 'x', updated_time: null, reason: 'y'.repeat(33 * 1024 * 1024) }],
    };
    await expect(writer.append(huge)).rejects.toMatchObject({ code: 'INTERNAL' });
    await writer.append({}, { final: true });
    await expect(writer.append({})).rejects.toMatchObject({ code: 'INTERNAL' });
    await writer.writeReport({ total_interactions: 1 });
  });
});

describe('readJournal', () => {
  it('gives the runs by id, each in the order of its entries, and ignores unknown names', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const runs = [await writeRun(archive, 30), await writeRun(archive, 5), await writeRun(archive, 1)];
    await store.put('runs/readme.txt', Buffer.from('x'));
    await store.put(`runs/${newId()}/notes.txt`, Buffer.from('x'));
    const items = await readAll(archive);
    expect(items).toEqual(runs.toSorted((a, b) => ((a[0]?.key ?? '') < (b[0]?.key ?? '') ? -1 : 1)).flat());
  });

  it('does not read what is known, and takes the chain up behind it', async () => {
    const store = new MemoryStore();
    await newArchive(store);
    const reads: string[] = [];
    const watched = withFaults(store, {
      random: () => 1,
      failBefore: 1,
      only: (operation, key) => operation === 'get' && reads.push(key) > 0,
    });
    const archive = await openArchive(watched, unlock);
    const [one, two, three] = await writeRun(archive, 3);
    reads.length = 0;
    const known = new Map([one, two].flatMap((item) => (item ? [[item.ref.n, item.ref.sha256]] : [])));
    const items = await readAll(archive, { sha256Of: (_, n) => known.get(n) });
    expect(items.map((item) => ('known' in item ? item.known.n : item))).toEqual([1, 2, three]);
    expect(reads).toEqual([three?.key]);
    const forged = await readAll(archive, { sha256Of: (_, n) => (n < 3 ? '0'.repeat(64) : undefined) });
    expect(keysOf(damageIn(forged))).toEqual([two?.key]);
    expect(entriesIn(forged)).toMatchObject([{ chainBroken: true }]);
  });

  it('names an entry of which any byte is changed, and marks those behind it', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const [one, two, three] = await writeRun(archive, 3);
    const key = two?.key ?? '';
    const { length } = await readStored(store, key);
    for (let offset = 0; offset < length; offset += 1) {
      await flipByte(store, key, offset);
      const items = await readAll(archive);
      expect(items).toMatchObject([
        one,
        { damage: { object_key: key, kind: 'journal' } },
        { ...three, chainBroken: true },
      ]);
      await flipByte(store, key, offset);
    }
    expect(damageIn(await readAll(archive))).toEqual([]);
  });

  it('names cut, empty and lengthened entries', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const [one] = await writeRun(archive, 1);
    const key = one?.key ?? '';
    const bytes = await readStored(store, key);
    for (const other of [
      bytes.subarray(0, -1),
      bytes.subarray(0, 100),
      bytes.subarray(0, 0),
      Buffer.concat([bytes, bytes]),
    ]) {
      await store.put(key, other);
      expect(keysOf(damageIn(await readAll(archive)))).toEqual([key]);
    }
  });

  it('names every entry of a gap, at the beginning too', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const written = await writeRun(archive, 6);
    const keys = written.map(({ key }) => key);
    for (const n of [1, 3, 4]) await store.remove(keys[n - 1] ?? '');
    const items = await readAll(archive);
    expect(damageIn(items).map(({ object_key, problem }) => [object_key, problem])).toEqual([
      [keys[0], 'journal-gap'],
      [keys[2], 'journal-gap'],
      [keys[3], 'journal-gap'],
    ]);
    expect(entriesIn(items).map(({ entry, chainBroken }) => [entry.n, chainBroken])).toEqual([
      [2, true],
      [5, true],
      [6, true],
    ]);
  });

  it('bounds what it says about an absurd gap', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    await store.put(entryKey(newId(), 999_999), Buffer.from('x'));
    const damage = damageIn(await readAll(archive));
    expect(damage).toHaveLength(1_001);
    expect(damage[999]?.detail).toContain('next 998998');
  });

  it('names a final entry that is gone though the report is there', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const runId = newId();
    const writer = writerFor(archive, { runId });
    await writer.append(seen('a'));
    const last = await writer.append(seen('b'), { final: true });
    await writer.writeReport({ total_interactions: 2 });
    expect(damageIn(await readAll(archive))).toEqual([]);
    await store.remove(last.key);
    expect(damageIn(await readAll(archive))).toMatchObject([
      { object_key: reportKey(runId), kind: 'report', problem: 'journal-gap' },
    ]);
    await store.remove(entryKey(runId, 1));
    expect(keysOf(damageIn(await readAll(archive)))).toEqual([reportKey(runId)]);
  });

  it('takes a run without a final entry for interrupted, which is no damage', async () => {
    const archive = await newArchive();
    await writerFor(archive).append(seen('a'));
    expect(damageIn(await readAll(archive))).toEqual([]);
  });

  it('names entries that a later run knew and that are gone: tails and whole runs', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const [one, two] = await writeRun(archive, 2);
    const [other] = await writeRun(archive, 1);
    await writeRun(
      archive,
      1,
      [two, other].flatMap((item) => (item ? [item.ref] : [])),
    );
    for (const item of [two, other]) await store.remove(item?.key ?? '');
    const items = await readAll(archive);
    expect(damageIn(items).map(({ object_key, problem }) => [object_key, problem])).toEqual([
      [two?.key, 'missing'],
      [other?.key, 'missing'],
    ]);
    expect(entriesIn(items)).toContainEqual(one);
    expect(items.flatMap((item) => ('damage' in item ? [item.lost] : []))).toEqual([two?.ref, other?.ref]);
  });

  it('tells entries that were swapped between places or runs', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const [one, two] = await writeRun(archive, 2);
    const [other] = await writeRun(archive, 1);
    await store.put(two?.key ?? '', await readStored(store, one?.key ?? ''));
    expect(damageIn(await readAll(archive))).toMatchObject([{ object_key: two?.key, problem: 'swapped' }]);
    await store.put(two?.key ?? '', await readStored(store, other?.key ?? ''));
    expect(damageIn(await readAll(archive))).toMatchObject([{ object_key: two?.key, problem: 'swapped' }]);
  });

  it('tells an entry that was put back from another life of the run', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const runId = newId();
    const writer = writerFor(archive, { runId });
    const one = await writer.append(seen('a'));
    const two = await writer.append(seen('b'));
    const [later] = await writeRun(archive, 1, [two.ref, one.ref]);
    // whoever has the key can write a valid entry of the same name
    await store.remove(one.key);
    await writerFor(archive, { runId }).append(seen('forged'));
    const items = await readAll(archive);
    expect(damageIn(items).map(({ object_key, problem }) => [object_key, problem])).toEqual([
      [one.key, 'swapped'],
      [one.key, 'swapped'],
    ]);
    expect(entriesIn(items)).toContainEqual(later);
  });

  it('takes an entry that another key sealed, or of another archive, for damage', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const foreign = await newArchive();
    const runId = newId();
    const entry = await writerFor(foreign, { runId }).append(seen('x'));
    await store.put(entry.key, await readStored(foreign.store, entry.key));
    expect(keysOf(damageIn(await readAll(archive)))).toEqual([entry.key]);
    // a data key of the archive itself is not the journal key either
    const dataKey = await archive.keys.writer().next();
    const keys = new KeyRing({
      store,
      archiveId: archive.id,
      rootKeys: [],
      writingKey: randomBytes(32),
      journalKey: { ...dataKey, number: 0 },
      clock: new VirtualClock(),
      currentRootKeys: () => Promise.resolve([]),
      currentWritingKey: () => Promise.resolve(randomBytes(32)),
    });
    const impostor: Archive = {
      store,
      id: archive.id,
      descriptorSha256: archive.descriptorSha256,
      keys,
      lookup: keys.lookup,
      warnings: [],
      source: (key, size) => archive.source(key, size),
    };
    await store.remove(entry.key);
    const forged = await writerFor(impostor).append(seen('x'));
    expect(damageIn(await readAll(archive))).toMatchObject([{ object_key: forged.key, problem: 'header' }]);
  });

  it('throws when the store fails, instead of calling it damage', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    await writeRun(archive, 20);
    const failing = withFaults(store, {
      failBefore: 1,
      random: () => 0,
      only: (operation, key) => operation === 'get' && key.endsWith('000012.cxv'),
    });
    await expect(readAll(await openArchive(failing, unlock))).rejects.toThrow('injected');
  });
});

describe('an entry that needs more than this version knows', () => {
  it('is refused by name, and not called damage', async () => {
    const store = new MemoryStore();
    const archive = await newArchive(store);
    const runId = newId();
    const key = entryKey(runId, 1);
    const document = {
      run_id: runId,
      n: 1,
      previous: null,
      heads: [],
      descriptor_sha256: archive.descriptorSha256,
      at: '2026-11-23T09:00:00.000Z',
      tool,
      source,
      needs: ['time-travel'],
      final: true,
    };
    const { journalKey } = archive.keys;
    const sealing = {
      archiveId: archive.id,
      key: journalKey,
      objectKeyOf: () => key,
      compression: 'zstd',
    } as const;
    await store.put(key, sealDocument('journal', document, sealing).bytes);
    const refused = readAll(archive);
    await expect(refused).rejects.toMatchObject({
      code: 'ARCHIVE_NEEDS_NEWER',
      context: { object_key: key },
    });
    await expect(refused).rejects.toThrow('time-travel');
    await store.put(key, sealDocument('journal', { ...document, needs: [], n: 2 }, sealing).bytes);
    expect(damageIn(await readAll(archive))).toMatchObject([{ object_key: key, problem: 'content' }]);
  });
});
