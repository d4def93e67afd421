import { randomBytes } from 'node:crypto';

import { newId } from '@cxvault/crypto-codec';
import { Secret } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { createArchive, openArchive } from '../src/archive.ts';
import { storeSource } from '../src/byte-source.ts';
import { withFaults } from '../src/store-faults.ts';
import { copyOf, editText, flipByte, readStored, storedKeys } from './stored.ts';

const password = new Secret('correct horse');
const keyFile = randomBytes(32);
const unlock = { keyFile };

describe('createArchive', () => {
  it('stores a slot for each way, the journal key and the descriptor', async () => {
    const store = new MemoryStore();
    const created = await createArchive(store, { unlock: { password, keyFile }, label: 'ops' });
    const keys = await storedKeys(store);
    expect(keys.map((key) => key.replace(/[0-9a-f-]{36}/, 'ID'))).toEqual([
      'cxvault.json',
      'keys/ring/ID.cxv',
      'keys/slots/ID.slot',
      'keys/slots/ID.slot',
    ]);
    for (const way of [{ password }, { keyFile }, { password, keyFile }]) {
      const opened = await openArchive(store, way);
      expect(opened.id).toBe(created.id);
      expect(opened.descriptorSha256).toBe(created.descriptorSha256);
      expect(opened.keys.journalKey).toEqual(created.keys.journalKey);
      expect(opened.warnings).toEqual([]);
    }
  });

  it('refuses an existing archive and leaves every byte of it alone', async () => {
    const store = new MemoryStore();
    await createArchive(store, { unlock });
    const before = await copyOf(store);
    await expect(createArchive(store, { unlock: { keyFile: randomBytes(32) } })).rejects.toMatchObject({
      code: 'ARCHIVE_EXISTS',
    });
    expect(await storedKeys(store)).toEqual(await storedKeys(before));
    for (const key of await storedKeys(store)) {
      expect(await readStored(store, key)).toEqual(await readStored(before, key));
    }
  });

  it('does not begin to write where there is an archive', async () => {
    const store = new MemoryStore();
    await createArchive(store, { unlock });
    const full = withFaults(store, {
      failBefore: 1,
      random: () => 0,
      only: (operation) => operation === 'put',
    });
    await expect(createArchive(full, { unlock })).rejects.toMatchObject({ code: 'ARCHIVE_EXISTS' });
  });

  it('lets exactly one of many at once win, whose archive opens', async () => {
    const store = new MemoryStore();
    const files = Array.from({ length: 8 }, () => randomBytes(32));
    const outcomes = await Promise.allSettled(
      files.map((own) => createArchive(store, { unlock: { keyFile: own } })),
    );
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ARCHIVE_EXISTS' });
    }
    const opened = await openArchive(store, { keyFile: files[winner] });
    expect(opened.warnings).toEqual([]);
    // what the losers made is cleared away
    expect(await storedKeys(store, 'keys/')).toHaveLength(2);
  });

  it('works after an init that died at any step', async () => {
    for (const steps of [1, 2]) {
      const store = new MemoryStore();
      let puts = 0;
      const dying = withFaults(store, {
        failBefore: 1,
        random: () => 0,
        only: (operation) => operation === 'put' && (puts += 1) > steps,
      });
      await expect(createArchive(dying, { unlock })).rejects.toThrow('injected');
      await expect(openArchive(store, unlock)).rejects.toMatchObject({ code: 'ARCHIVE_NOT_FOUND' });
      const created = await createArchive(store, { unlock });
      const opened = await openArchive(store, unlock);
      expect(opened.id).toBe(created.id);
      // the stale slot belongs to another archive id: it neither opens nor warns
      expect(await storedKeys(store, 'keys/slots/')).toHaveLength(2);
      expect(opened.warnings).toEqual([]);
    }
  });

  it('takes its own objects for its own when the answer to storing them was lost', async () => {
    const store = new MemoryStore();
    const twice = withFaults(store, { duplicate: 1, random: () => 0 });
    const created = await createArchive(twice, { unlock });
    expect((await openArchive(store, unlock)).id).toBe(created.id);
  });

  it('does not bury an archive that lost its descriptor', async () => {
    const store = new MemoryStore();
    await createArchive(store, { unlock });
    await store.put(`runs/${newId()}/000001.cxv`, Buffer.from('entry'));
    await store.remove('cxvault.json');
    await expect(createArchive(store, { unlock })).rejects.toMatchObject({ code: 'ARCHIVE_EXISTS' });
  });

  it('needs a password or a key file', async () => {
    await expect(createArchive(new MemoryStore(), { unlock: {} })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await expect(openArchive(new MemoryStore(), {})).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('openArchive', () => {
  let whole: MemoryStore;
  let store: MemoryStore;
  let slot: string;
  let ring: string;
  beforeAll(async () => {
    whole = new MemoryStore();
    await createArchive(whole, { unlock });
    [slot = ''] = await storedKeys(whole, 'keys/slots/');
    [ring = ''] = await storedKeys(whole, 'keys/ring/');
  });
  const open = async (damage: (damaged: MemoryStore) => Promise<void>, way = unlock): Promise<unknown> => {
    store = await copyOf(whole);
    await damage(store);
    return openArchive(store, way).then(
      () => 'opened',
      (error: unknown) => error,
    );
  };

  it('tells a missing archive', async () => {
    expect(await open((damaged) => damaged.remove('cxvault.json'))).toMatchObject({
      code: 'ARCHIVE_NOT_FOUND',
      context: { object_key: 'cxvault.json' },
    });
  });

  it('tells a wrong key, and names the slot', async () => {
    const wrong = { keyFile: randomBytes(32) };
    expect(await open(() => Promise.resolve(), wrong)).toMatchObject({
      code: 'KEY_WRONG',
      context: { object_key: slot, descriptor: 'cxvault.json' },
    });
    await expect(openArchive(whole, { password })).rejects.toMatchObject({ code: 'KEY_WRONG' });
  });

  it('names the only slot when any byte of it is changed', async () => {
    const { length } = await readStored(whole, slot);
    for (let offset = 0; offset < length - 1; offset += 1) {
      expect(await open((damaged) => flipByte(damaged, slot, offset))).toMatchObject({
        code: 'KEY_WRONG',
        context: { object_key: slot },
      });
    }
  });

  it('tells a missing slot', async () => {
    expect(await open((damaged) => damaged.remove(slot))).toMatchObject({
      code: 'KEY_WRONG',
      context: { object_key: 'keys/slots/' },
    });
  });

  it('names the journal key object when it is missing or any byte of it is changed', async () => {
    const { length } = await readStored(whole, ring);
    // the trailer's SHA-256 is for checks without a key: opening does without it, verify does not
    const hash = length - 40;
    for (let offset = 0; offset < length; offset += 1) {
      if (offset >= hash && offset < hash + 32) continue;
      expect(await open((damaged) => flipByte(damaged, ring, offset))).toMatchObject({
        code: 'ARCHIVE_DAMAGED',
        context: { object_key: ring },
      });
    }
    expect(await open((damaged) => damaged.remove(ring))).toMatchObject({
      code: 'ARCHIVE_DAMAGED',
      context: { object_key: ring, problem: 'missing' },
    });
  });

  it('names the descriptor when any byte of it is changed, but for what only the journal can tell', async () => {
    const text = (await readStored(whole, 'cxvault.json')).toString();
    const createdAt = text.indexOf('created_at');
    for (let offset = 0; offset < text.length; offset += 1) {
      const outcome = await open((damaged) => flipByte(damaged, 'cxvault.json', offset));
      // another time is as good to open with; the journal has the descriptor's SHA-256
      if (outcome === 'opened') expect(offset).toBeGreaterThan(createdAt);
      else {
        expect(outcome).toMatchObject({
          code: 'ARCHIVE_DESCRIPTOR_DAMAGED',
          context: { object_key: 'cxvault.json' },
        });
      }
    }
  });

  it('tells a descriptor of another archive id or journal key from a wrong key', async () => {
    for (const field of ['archive_id', 'journal_key_id']) {
      const edit = (text: string): string => text.replace(new RegExp(`("${field}":")[^"]*`), `$1${newId()}`);
      expect(await open((damaged) => editText(damaged, 'cxvault.json', edit))).toMatchObject({
        code: 'ARCHIVE_DESCRIPTOR_DAMAGED',
      });
    }
    const other = randomBytes(32);
    expect(await open(() => Promise.resolve(), { keyFile: other })).toMatchObject({ code: 'KEY_WRONG' });
  });

  it('refuses an unknown version by name', async () => {
    const outcome = await open((damaged) =>
      editText(damaged, 'cxvault.json', (text) => text.replace('"version":1', '"version":2')),
    );
    expect(outcome).toMatchObject({ code: 'ARCHIVE_DESCRIPTOR_DAMAGED' });
    expect(String(outcome)).toContain('version');
  });

  it('reports malformed slots and goes on; skips unknown kinds in silence', async () => {
    const damaged = await copyOf(whole);
    const id = newId();
    await damaged.put(`keys/slots/${id}.slot`, Buffer.from('not a slot'));
    const text = (await readStored(whole, slot)).toString();
    const other = newId();
    const unknown = text.replace('"keyfile"', '"smartcard"').replace(/"id":"[^"]*"/, `"id":"${other}"`);
    await damaged.put(`keys/slots/${other}.slot`, Buffer.from(unknown));
    await damaged.put('keys/slots/readme.txt', Buffer.from('ignored'));
    const opened = await openArchive(damaged, unlock);
    expect(opened.warnings.map(({ object_key }) => object_key)).toEqual([`keys/slots/${id}.slot`]);
  });

  it('warns when one of two given ways opens nothing', async () => {
    const both = new MemoryStore();
    await createArchive(both, { unlock: { password, keyFile } });
    const opened = await openArchive(both, { password: new Secret('wrong'), keyFile });
    expect(opened.warnings).toHaveLength(1);
    expect(opened.warnings[0]?.detail).toContain('password');
  });

  it('takes a slot that wraps a foreign root key for a wrong one', async () => {
    // a slot of another archive's root key under this archive id cannot be made without this archive's key; a
    // journal key object that the root key does not open is damage, never a reason to write under that root key
    const foreign = new MemoryStore();
    await createArchive(foreign, { unlock });
    const [foreignRing = ''] = await storedKeys(foreign, 'keys/ring/');
    const outcome = await open(async (damaged) => {
      await damaged.put(ring, await readStored(foreign, foreignRing));
    });
    expect(outcome).toMatchObject({ code: 'ARCHIVE_DAMAGED', context: { object_key: ring } });
  });
});

describe('Archive.source', () => {
  it('reads ranges, and throws for an object that is not there', async () => {
    const store = new MemoryStore();
    const archive = await createArchive(store, { unlock });
    const content = randomBytes(300_000);
    await store.put('data/media/x', content);
    const bytes = await archive.source('data/media/x');
    expect(bytes.size).toBe(300_000);
    const range = await collect(await bytes.read(70_000, 200_000));
    expect(range.equals(content.subarray(70_000, 270_000))).toBe(true);
    expect(await collect(await bytes.read(300_000, 0))).toHaveLength(0);
    await expect(archive.source('data/media/y')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  });

  it('goes on where a read broke off, three times', async () => {
    const store = new MemoryStore();
    const content = randomBytes(400_000);
    await store.put('data/media/x', content);
    for (const [breaks, whole] of [
      [3, true],
      [4, false],
    ] as const) {
      let cuts = 0;
      const flaky = withFaults(store, {
        cut: 1,
        random: () => 0.3,
        only: (operation) => operation === 'get' && (cuts += 1) <= breaks,
      });
      const bytes = storeSource(flaky, 'data/media/x', content.length);
      const read = collect(await bytes.read(1_000, 390_000));
      if (whole) expect((await read).equals(content.subarray(1_000, 391_000))).toBe(true);
      else await expect(read).rejects.toThrow('injected');
    }
  });
});

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
