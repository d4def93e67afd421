import { newId } from '@cxvault/crypto-codec';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { openArchive } from '../src/archive.ts';
import type { Archive } from '../src/archive.ts';
import { Catalog } from '../src/catalog/catalog.ts';
import { syncCatalog } from '../src/catalog/sync.ts';
import { systemClock } from '../src/clock.ts';
import { JournalWriter } from '../src/journal.ts';
import { entryKey } from '../src/layout.ts';
import { ArchiveBuilder, testSource, testUnlock } from './archive-builder.ts';
import { copyOf, readStored } from './stored.ts';

const runId = newId();
const key = entryKey(runId, 1);

let store: MemoryStore;
let archive: Archive;
let catalog: Catalog;
beforeEach(async () => {
  store = new MemoryStore();
  ({ archive } = await ArchiveBuilder.create({ store }));
  catalog = Catalog.open(':memory:', archive.id);
});
afterEach(() => {
  catalog.close();
});

/** One run of one entry, which has seen an interaction. */
async function write(to: Archive, interaction_id: string): Promise<void> {
  const tool = { name: 'test', version: '0' };
  const writer = new JournalWriter(to, { runId, heads: [], source: testSource, tool, clock: systemClock });
  await writer.append({ seen: [{ interaction_id, updated_time: null }] }, { final: true });
}

describe('syncCatalog', () => {
  it('reads an entry again that has another size than it had, and believes it when it is put back', async () => {
    await write(archive, 'a');
    expect(await syncCatalog(archive, catalog)).toMatchObject({ entries: 1, damage: [] });
    const sound = await readStored(store, key);
    await store.put(key, sound.subarray(0, -1));
    expect((await syncCatalog(archive, catalog)).damage).toMatchObject([
      { object_key: key, kind: 'journal' },
    ]);
    expect(catalog.lastAsked('a')).toBeUndefined();
    await store.put(key, sound);
    expect(await syncCatalog(archive, catalog)).toMatchObject({ entries: 1, damage: [] });
    expect(catalog.lastAsked('a')).toBeDefined();
  });

  it('takes another entry of the same name for the loss of the one that was seen', async () => {
    const before = await copyOf(store);
    await write(archive, 'a');
    await syncCatalog(archive, catalog);
    await write(await openArchive(before, testUnlock), 'another, and longer');
    await store.put(key, await readStored(before, key));
    const { damage } = await syncCatalog(archive, catalog);
    expect(damage).toMatchObject([{ object_key: key, problem: 'missing' }]);
    expect(catalog.lastAsked('a')).toBeUndefined();
    expect(catalog.lastAsked('another, and longer')).toBeDefined();
  });
});
