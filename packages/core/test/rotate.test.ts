import { randomBytes } from 'node:crypto';

import { Secret } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';
import type { MemoryStore } from '@cxvault/storage-testkit/memory-store';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { openArchive } from '../src/archive.ts';
import type { Unlock } from '../src/archive.ts';
import { systemClock } from '../src/clock.ts';
import { addSlot, removeSlot } from '../src/keys/change-slots.ts';
import { listSlots } from '../src/keys/list-slots.ts';
import { rotateRootKey } from '../src/keys/rotate.ts';
import type { RotatedRoot } from '../src/keys/rotate.ts';
import { RunLock } from '../src/lock.ts';
import { withFaults } from '../src/store-faults.ts';
import { verifyArchive } from '../src/verify/verify-archive.ts';
import { ArchiveBuilder, testUnlock } from './archive-builder.ts';
import { copyOf, flipByte, storedKeys } from './stored.ts';

const second: Unlock = { keyFile: Buffer.alloc(32, 8) };
const clock = systemClock;

let whole: MemoryStore;
beforeAll(async () => {
  const builder = await ArchiveBuilder.create();
  const { store } = builder.archive;
  for (const id of ['a', 'b', 'c']) {
    const run = builder.run();
    await run.archive([{ id, media: [{ id: 'm', content: randomBytes(100) }] }]);
    await run.finish();
  }
  await addSlot(store, testUnlock, { kind: 'keyfile', unlock: second, label: 'second' }, clock);
  whole = await copyOf(store);
});

const rotate = (store: ObjectStore, drop: string[] = []): Promise<RotatedRoot> =>
  rotateRootKey(store, { unlocks: [testUnlock, second], drop, clock });

async function expectWhole(store: ObjectStore, unlock: Unlock): Promise<void> {
  const archive = await openArchive(store, unlock);
  const { ok, records, media, damage } = await verifyArchive(archive, { archive: 'memory' });
  expect({ ok, damage, records: records.checked, media: media.checked }).toEqual({
    ok: true,
    damage: [],
    records: 3,
    media: 3,
  });
}

/** Root keys that the slots give, and how many ring objects each of them opens. */
async function ringsByRoot(store: ObjectStore): Promise<{ slots: number; rootKeys: number }> {
  const { slots } = await listSlots(store, testUnlock);
  const opening = slots.filter(({ opens }) => opens === true);
  return { slots: slots.length, rootKeys: new Set(opening.map(({ current }) => current)).size };
}

/** A store that takes so many changes and is dead then, for its writer. */
function dyingAfter(store: ObjectStore, changes: number): { store: ObjectStore; died: () => boolean } {
  let done = 0;
  let dead = false;
  const dying = withFaults(store, {
    failBefore: 1,
    random: () => 0,
    only: (operation, key) => {
      if ((operation === 'put' || operation === 'remove') && key.startsWith('keys/')) done += 1;
      dead ||= done > changes;
      return dead;
    },
  });
  return { store: dying, died: () => dead };
}

/** The process is dead: its lock would be void. */
async function removeLocks(store: ObjectStore): Promise<void> {
  for (const key of await storedKeys(store, 'locks/')) await store.remove(key);
}

describe('rotateRootKey', () => {
  it('gives a root key that no old slot knows, keeps every secret, and touches no data', async () => {
    const store = await copyOf(whole);
    const before = await storedKeys(store);
    const copy = await copyOf(whole);
    const result = await rotate(store);
    expect(result).toMatchObject({ resumed: false, stale: [] });
    expect(result.slots.map(({ label }) => label).sort()).toEqual(['', 'second']);
    expect(result.removed).toHaveLength(2);
    await expectWhole(store, testUnlock);
    await expectWhole(store, second);
    const data = (keys: string[]): string[] => keys.filter((key) => !key.startsWith('keys/slots/'));
    expect(data(await storedKeys(store))).toEqual(data(before));
    // an old slot put back gives a root key that opens nothing
    for (const key of await storedKeys(copy, 'keys/slots/')) await moveObject(copy, store, key);
    for (const key of await storedKeys(store, 'keys/slots/')) {
      if (result.slots.some(({ id }) => key.includes(id))) await store.remove(key);
    }
    await expect(openArchive(store, testUnlock)).rejects.toMatchObject({
      code: 'KEY_WRONG',
      hint: expect.stringContaining('rotated'),
    });
    const { slots } = await listSlots(store, testUnlock);
    expect(slots.filter(({ opens }) => opens)).toMatchObject([{ current: false }]);
  });

  it('stopped after any change leaves the archive readable with each secret, and is finished by the next', async () => {
    for (let changes = 0; ; changes += 1) {
      const store = await copyOf(whole);
      const dying = dyingAfter(store, changes);
      const outcome = await rotate(dying.store).catch(() => 'died');
      if (!dying.died()) {
        expect(outcome).not.toBe('died');
        expect(changes).toBe(8); // two slots, the journal key, three ring objects, two old slots
        return;
      }
      await expectWhole(store, testUnlock);
      await expectWhole(store, second);
      await removeLocks(store);
      await rotate(store);
      expect(await ringsByRoot(store)).toEqual({ slots: 2, rootKeys: 1 });
      await expectWhole(store, testUnlock);
      await expectWhole(store, second);
    }
  });

  it('says that it finished what was begun, once the journal key had been moved', async () => {
    const store = await copyOf(whole);
    await rotate(dyingAfter(store, 3).store).catch(() => undefined); // two slots and the journal key
    await removeLocks(store);
    expect((await listSlots(store, testUnlock)).rotation_unfinished).toBe(true);
    const result = await rotate(store);
    expect(result.resumed).toBe(true);
    expect(result.removed).toHaveLength(2);
  });

  it('goes on though a run wrote new ring objects in between', async () => {
    const store = await copyOf(whole);
    await rotate(dyingAfter(store, 3).store).catch(() => undefined);
    await removeLocks(store);
    const archive = await openArchive(store, testUnlock);
    const builder = new ArchiveBuilder(archive, { store, compression: 'none', storedAt: new Date() });
    await builder.run().archive([{ id: 'between' }]);
    await rotate(store);
    const report = await verifyArchive(await openArchive(store, second), { archive: 'memory' });
    expect(report).toMatchObject({ ok: true, records: { checked: 4 } });
  });

  it('does not let an archive that was opened before fail', async () => {
    const store = await copyOf(whole);
    const archive = await openArchive(store, testUnlock);
    await rotate(store);
    for (const key of await storedKeys(store, 'keys/ring/')) {
      const keyId = key.slice('keys/ring/'.length, -'.cxv'.length);
      await expect(archive.lookup(keyId, 0)).resolves.toHaveLength(1);
    }
  });

  it('asks for every slot, and changes nothing before', async () => {
    const store = await copyOf(whole);
    const before = await storedKeys(store, 'keys/');
    const only = rotateRootKey(store, { unlocks: [testUnlock], drop: [], clock });
    await expect(only).rejects.toMatchObject({ code: 'USAGE', hint: expect.stringContaining('--drop') });
    expect(await storedKeys(store)).toEqual(await storedKeys(whole));
    expect(await storedKeys(store, 'keys/')).toEqual(before);
    const { slots } = await listSlots(store, second);
    const dropped = slots.find(({ opens }) => opens)?.id ?? '';
    const result = await rotateRootKey(store, { unlocks: [testUnlock], drop: [dropped, 'gone'], clock });
    expect(result.slots).toHaveLength(1);
    await expect(openArchive(store, second)).rejects.toMatchObject({ code: 'KEY_WRONG' });
  });

  it('never drops the last slot', async () => {
    const store = await copyOf(whole);
    const ids = (await listSlots(store, undefined)).slots.map(({ id }) => id);
    await expect(rotate(store, ids)).rejects.toMatchObject({ code: 'USAGE' });
    await expectWhole(store, testUnlock);
  });

  it('begins nothing where a ring object is damaged: its only good copy would be worthless afterwards', async () => {
    const store = await copyOf(whole);
    const [ring = ''] = (await storedKeys(store, 'keys/ring/')).reverse();
    await flipByte(store, ring, 100);
    await expect(rotate(store)).rejects.toMatchObject({
      code: 'ARCHIVE_DAMAGED',
      context: { object_key: ring },
    });
    expect(await storedKeys(store, 'keys/')).toEqual(await storedKeys(whole, 'keys/'));
  });

  it('waits for no run', async () => {
    const store = await copyOf(whole);
    const lock = await RunLock.acquire(store, { runId: 'r', clock });
    await expect(rotate(store)).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    await lock.release();
  });

  it('stops when it has lost the lock', async () => {
    const store = await copyOf(whole);
    let removed = false;
    const rotating = rotateRootKey(store, {
      unlocks: [testUnlock, second],
      drop: [],
      clock,
      onProgress: () => {
        if (!removed) void removeLocks(store);
        removed = true;
      },
    });
    await expect(rotating).rejects.toMatchObject({ code: 'ARCHIVE_LOCK_LOST' });
    await expectWhole(store, second);
  });
});

describe('key slots', () => {
  it('are sixteen at most', async () => {
    const store = await copyOf(whole);
    const add = (): Promise<unknown> =>
      addSlot(store, testUnlock, { kind: 'keyfile', unlock: second, label: '' }, clock);
    for (let slots = 2; slots < 16; slots += 1) await add();
    await expect(add()).rejects.toMatchObject({ code: 'USAGE' });
    expect((await listSlots(store, undefined)).slots).toHaveLength(16);
  });

  it('are not changed while a rotation is unfinished', async () => {
    const store = await copyOf(whole);
    await rotate(dyingAfter(store, 3).store).catch(() => undefined);
    const [slot] = (await listSlots(store, undefined)).slots;
    const refused = { code: 'USAGE', hint: expect.stringContaining('key rotate') };
    await expect(
      addSlot(store, testUnlock, { kind: 'keyfile', unlock: second, label: '' }, clock),
    ).rejects.toMatchObject(refused);
    await expect(removeSlot(store, testUnlock, slot?.id ?? '')).rejects.toMatchObject(refused);
  });

  it('keep the last one that can be read, whatever malformed ones there are', async () => {
    const store = await copyOf(whole);
    await store.put('keys/slots/broken.slot', Buffer.from('x'));
    const list = await listSlots(store, testUnlock);
    expect(list.malformed).toMatchObject([{ id: 'broken', object_key: 'keys/slots/broken.slot' }]);
    const [one, other] = list.slots;
    expect(await removeSlot(store, testUnlock, one?.id ?? '')).toMatchObject({ removed: one?.id, slots: 2 });
    const unlock = one?.opens === true ? second : testUnlock;
    await expect(removeSlot(store, unlock, other?.id ?? '')).rejects.toMatchObject({ code: 'USAGE' });
    expect(await removeSlot(store, unlock, 'broken')).toMatchObject({ slot: null, slots: 1, opens: true });
    await expectWhole(store, unlock);
  });

  it('need a key that opens the archive to be changed', async () => {
    const store = await copyOf(whole);
    const wrong: Unlock = { password: new Secret('wrong') };
    const [slot] = (await listSlots(store, undefined)).slots;
    await expect(removeSlot(store, wrong, slot?.id ?? '')).rejects.toMatchObject({ code: 'KEY_WRONG' });
    await expect(
      addSlot(store, wrong, { kind: 'keyfile', unlock: second, label: '' }, clock),
    ).rejects.toMatchObject({ code: 'KEY_WRONG' });
    expect(await storedKeys(store)).toEqual(await storedKeys(whole));
  });
});

describe('key slots that are changed at the same time', () => {
  const third: Unlock = { keyFile: Buffer.alloc(32, 9) };
  const add = (store: ObjectStore): Promise<unknown> =>
    addSlot(store, testUnlock, { kind: 'keyfile', unlock: third, label: 'third' }, clock);
  const slotOf = async (store: ObjectStore, unlock: Unlock): Promise<string> =>
    (await listSlots(store, unlock)).slots.find(({ opens }) => opens)?.id ?? '';

  /** A store that lets something else happen right before its first change of a slot. */
  function interrupted(
    store: ObjectStore,
    operation: 'put' | 'remove',
    meanwhile: () => Promise<unknown>,
  ): ObjectStore {
    const slow = withFaults(store, { random: () => 1 });
    let came = false;
    const wait = async (key: string): Promise<void> => {
      if (!key.startsWith('keys/slots/') || came) return;
      came = true;
      await meanwhile();
    };
    if (operation === 'put')
      slow.put = async (key, body, options) => {
        await wait(key);
        return await store.put(key, body, options);
      };
    else
      slow.remove = async (key) => {
        await wait(key);
        await store.remove(key);
      };
    return slow;
  }

  it('leave no slot behind that a rotation passed by', async () => {
    const store = await copyOf(whole);
    await expect(add(interrupted(store, 'put', () => rotate(store)))).rejects.toMatchObject({
      code: 'ARCHIVE_LOCKED',
    });
    expect(await ringsByRoot(store)).toEqual({ slots: 2, rootKeys: 1 });
    await expectWhole(store, testUnlock);
  });

  it('are told from another slot that was added', async () => {
    const store = await copyOf(whole);
    await add(interrupted(store, 'put', () => add(store)));
    expect((await listSlots(store, undefined)).slots).toHaveLength(4);
  });

  it('are never more than sixteen', async () => {
    const store = await copyOf(whole);
    for (let slots = 2; slots < 15; slots += 1) await add(store);
    await expect(add(interrupted(store, 'put', () => add(store)))).rejects.toMatchObject({ code: 'USAGE' });
    expect((await listSlots(store, undefined)).slots).toHaveLength(16);
  });

  it('keep a rotation from beginning when one is added', async () => {
    const store = await copyOf(whole);
    const rotating = rotate(interrupted(store, 'put', () => add(store)));
    await expect(rotating).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    expect((await listSlots(store, undefined)).slots).toHaveLength(3);
    for (const unlock of [testUnlock, second, third]) await expectWhole(store, unlock);
  });

  it('do not live on when one is removed while a rotation begins', async () => {
    const store = await copyOf(whole);
    const id = await slotOf(store, second);
    const rotating = rotate(interrupted(store, 'put', () => removeSlot(store, testUnlock, id)));
    await expect(rotating).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
    await expect(openArchive(store, second)).rejects.toMatchObject({ code: 'KEY_WRONG' });
    await expectWhole(store, testUnlock);
  });

  it('are not said to be gone when a rotation gave the secret another one', async () => {
    const store = await copyOf(whole);
    const id = await slotOf(store, second);
    const removing = removeSlot(
      interrupted(store, 'remove', () => rotate(store)),
      testUnlock,
      id,
    );
    await expect(removing).rejects.toMatchObject({ code: 'ARCHIVE_LOCKED' });
  });

  it('are never all removed', async () => {
    const store = await copyOf(whole);
    const [one, other] = [await slotOf(store, testUnlock), await slotOf(store, second)];
    const removing = removeSlot(
      interrupted(store, 'remove', () => removeSlot(store, second, one)),
      testUnlock,
      other,
    );
    await expect(removing).rejects.toMatchObject({ code: 'USAGE' });
    await expectWhole(store, second);
  });
});

async function moveObject(from: ObjectStore, to: ObjectStore, key: string): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await from.get(key)) chunks.push(chunk);
  await to.put(key, Buffer.concat(chunks));
}
