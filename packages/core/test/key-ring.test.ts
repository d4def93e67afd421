import { randomBytes } from 'node:crypto';

import { newId, rootKeyId, sealRing, writeSlot } from '@cxvault/crypto-codec';
import type { ObjectStore } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { describe, expect, it } from '@jest/globals';

import { createArchive, openArchive } from '../src/archive.ts';
import { systemClock } from '../src/clock.ts';
import { addSlot } from '../src/keys/change-slots.ts';
import { listSlots } from '../src/keys/list-slots.ts';
import { rotateRootKey } from '../src/keys/rotate.ts';
import { ringKey, slotKey } from '../src/layout.ts';
import { withFaults } from '../src/store-faults.ts';
import { flipByte, readStored, storedKeys } from './stored.ts';

const unlock = { keyFile: randomBytes(32) };

/** Counts the calls of a store. */
function counting(store: ObjectStore): { store: ObjectStore; calls: Record<string, number> } {
  const calls: Record<string, number> = {};
  const counted = withFaults(store, {
    random: () => 1,
    failBefore: 1,
    only: (operation) => {
      calls[operation] = (calls[operation] ?? 0) + 1;
      return true;
    },
  });
  return { store: counted, calls };
}

describe('KeyAllocator', () => {
  it('gives every key once, from rings of 32, 64, … 1,024 keys, stored before their first use', async () => {
    const store = new MemoryStore();
    const archive = await createArchive(store, { unlock });
    const writer = archive.keys.writer();
    const sizes = new Map<string, number>();
    const seen = new Set<string>();
    for (let n = 0; n < 3_100; n += 1) {
      const { keyId, number, key } = await writer.next();
      if (number === 0) expect(await store.stat(ringKey(keyId))).toBeDefined();
      expect(number).toBe(sizes.get(keyId) ?? 0);
      sizes.set(keyId, number + 1);
      seen.add(Buffer.from(key).toString('hex'));
    }
    expect(seen.size).toBe(3_100);
    expect([...sizes.values()]).toEqual([32, 64, 128, 256, 512, 1_024, 1_024, 60]);
  });

  it('makes one ring object for calls at the same time', async () => {
    const store = new MemoryStore();
    const archive = await createArchive(store, { unlock });
    const writer = archive.keys.writer();
    const keys = await Promise.all(Array.from({ length: 90 }, () => writer.next()));
    expect(new Set(keys.map(({ keyId, number }) => `${keyId}/${String(number)}`)).size).toBe(90);
    expect(await storedKeys(store, 'keys/ring/')).toHaveLength(3);
  });

  it('gives no key of a ring object that could not be stored', async () => {
    const store = new MemoryStore();
    await createArchive(store, { unlock });
    let broken = true;
    const flaky = withFaults(store, {
      random: () => 0,
      failBefore: 1,
      only: (operation) => broken && operation === 'put',
    });
    const writer = (await openArchive(flaky, unlock)).keys.writer();
    await expect(Promise.all([writer.next(), writer.next()])).rejects.toThrow('injected');
    broken = false;
    const { keyId } = await writer.next();
    expect(await store.stat(ringKey(keyId))).toBeDefined();
  });
});

describe('KeyRing.lookup', () => {
  it('gives the keys that another process allocated', async () => {
    const store = new MemoryStore();
    const archive = await createArchive(store, { unlock });
    const writer = archive.keys.writer();
    const keys = await Promise.all(Array.from({ length: 40 }, () => writer.next()));
    const reader = await openArchive(store, unlock);
    for (const { keyId, number, key } of keys) expect(await reader.lookup(keyId, number)).toEqual([key]);
    const { keyId, number, key } = reader.keys.journalKey;
    expect(await reader.lookup(keyId, number)).toEqual([key]);
    expect(await reader.lookup(rootKeyId, 0)).toHaveLength(1);
  });

  it('reads each ring object once for many lookups, also at the same time', async () => {
    const memory = new MemoryStore();
    const archive = await createArchive(memory, { unlock });
    const writer = archive.keys.writer();
    const keys = await Promise.all(Array.from({ length: 32 }, () => writer.next()));
    const { store, calls } = counting(memory);
    const reader = await openArchive(store, unlock);
    const before = calls['get'] ?? 0;
    await Promise.all(keys.map(({ keyId, number }) => reader.lookup(keyId, number)));
    for (const { keyId, number } of keys) await reader.lookup(keyId, number);
    expect((calls['get'] ?? 0) - before).toBe(1);
  });

  it('keeps a bounded number of ring objects open, the ones used last', async () => {
    const memory = new MemoryStore();
    const archive = await createArchive(memory, { unlock });
    const ids: string[] = [];
    for (let n = 0; n < 70; n += 1) ids.push((await archive.keys.writer().next()).keyId);
    const { store, calls } = counting(memory);
    const reader = await openArchive(store, unlock);
    const reads = async (keyId: string | undefined): Promise<number> => {
      const before = calls['get'] ?? 0;
      await reader.lookup(keyId ?? '', 0);
      return (calls['get'] ?? 0) - before;
    };
    for (const id of ids) expect(await reads(id)).toBe(1);
    // the oldest of the 64 that are open is used, so that the next one has to go
    expect(await reads(ids[6])).toBe(0);
    expect(await reads(ids[0])).toBe(1);
    expect(await reads(ids[6])).toBe(0);
    expect(await reads(ids[7])).toBe(1);
  });

  it('gives no candidate for an erased key', async () => {
    const store = new MemoryStore();
    const archive = await createArchive(store, { unlock });
    const [rootKey] = await archive.lookup(rootKeyId, 0);
    const keyId = newId();
    const { bytes } = sealRing(keyId, [randomBytes(32), null], {
      archiveId: archive.id,
      key: { keyId: rootKeyId, number: 0, key: rootKey ?? new Uint8Array() },
      objectKeyOf: ringKey,
      compression: 'none',
      createdAt: '2026-11-23T00:00:00.000Z',
    });
    await store.put(ringKey(keyId), bytes);
    expect(await archive.lookup(keyId, 0)).toHaveLength(1);
    expect(await archive.lookup(keyId, 1)).toEqual([]);
    await expect(archive.lookup(keyId, 2)).rejects.toMatchObject({ problem: 'header' });
  });

  it('names a missing or damaged ring object, and looks again after a failure', async () => {
    const store = new MemoryStore();
    const archive = await createArchive(store, { unlock });
    const { keyId, key } = await archive.keys.writer().next();
    const name = ringKey(keyId);
    await flipByte(store, name, 200);
    await expect(archive.lookup(keyId, 0)).rejects.toMatchObject({
      code: 'ARCHIVE_DAMAGED',
      context: { object_key: name },
    });
    await flipByte(store, name, 200);
    expect(await archive.lookup(keyId, 0)).toEqual([key]);
    const missing = newId();
    await expect(archive.lookup(missing, 0)).rejects.toMatchObject({
      code: 'ARCHIVE_DAMAGED',
      context: { object_key: ringKey(missing), problem: 'missing' },
    });
  });

  it('takes a ring object under another name for damage', async () => {
    const store = new MemoryStore();
    const archive = await createArchive(store, { unlock });
    const first = await archive.keys.writer().next();
    const second = await archive.keys.writer().next();
    await store.put(ringKey(first.keyId), await readStored(store, ringKey(second.keyId)));
    await expect(archive.lookup(first.keyId, 0)).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  });
});

describe('during the rotation of the root key', () => {
  it('reads rings under both root keys, and writes under the one that opens the journal key', async () => {
    const store = new MemoryStore();
    const old = await createArchive(store, { unlock });
    const before = await old.keys.writer().next();
    const newRoot = randomBytes(32);
    const slot = await writeSlot('keyfile', unlock, newRoot, { archiveId: old.id, label: '' });
    await store.put(slotKey(slot.id), slot.bytes);
    const reader = await openArchive(store, unlock);
    expect(await reader.lookup(rootKeyId, 0)).toHaveLength(2);
    expect(await reader.lookup(before.keyId, 0)).toEqual([before.key]);
    const during = await reader.keys.writer().next();
    // still the old root key: its slot is the only one left
    await store.remove(slotKey(slot.id));
    const alone = await openArchive(store, unlock);
    expect(await alone.lookup(during.keyId, during.number)).toEqual([during.key]);
  });

  it('writes under the new root key once it is in use, though the archive was opened before', async () => {
    const store = new MemoryStore();
    const created = await createArchive(store, { unlock });
    const opened = await openArchive(store, unlock);
    const writers = [created.keys.writer(), opened.keys.writer()];
    await rotateRootKey(store, { unlocks: [unlock], drop: [], clock: systemClock });
    for (const writer of writers) {
      const { keyId, number, key } = await writer.next();
      expect(await (await openArchive(store, unlock)).lookup(keyId, number)).toEqual([key]);
    }
    await rotateRootKey(store, { unlocks: [unlock], drop: [], clock: systemClock });
  });

  it('gives no key of a ring object that a rotation passed by while it was stored', async () => {
    const store = new MemoryStore();
    await createArchive(store, { unlock });
    let rotated = false;
    const slow = withFaults(store, { random: () => 1 });
    slow.put = async (key, body, options) => {
      // the whole rotation takes place before the ring object appears
      if (key.startsWith('keys/ring/') && !rotated) {
        rotated = true;
        await rotateRootKey(store, { unlocks: [unlock], drop: [], clock: systemClock });
      }
      return await store.put(key, body, options);
    };
    const writer = (await openArchive(slow, unlock)).keys.writer();
    const { keyId, number, key } = await writer.next();
    expect(rotated).toBe(true);
    expect(await (await openArchive(store, unlock)).lookup(keyId, number)).toEqual([key]);
    expect(await storedKeys(store, 'keys/ring/')).toHaveLength(2); // the journal key's and this one
  });

  it('gives no key when what opened the archive was given up in a rotation', async () => {
    const store = new MemoryStore();
    const archive = await createArchive(store, { unlock });
    const other = { keyFile: new Uint8Array(32).fill(99) };
    await addSlot(store, unlock, { kind: 'keyfile', unlock: other, label: '' }, systemClock);
    const { slots } = await listSlots(store, unlock);
    const drop = slots.filter(({ opens }) => opens === true).map(({ id }) => id);
    await rotateRootKey(store, { unlocks: [other], drop, clock: systemClock });
    await expect(archive.keys.writer().next()).rejects.toMatchObject({ code: 'KEY_WRONG' });
    expect(await storedKeys(store, 'keys/ring/')).toHaveLength(1);
  });
});
