import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import type { Unlock } from '../archive.ts';
import type { Clock } from '../clock.ts';
import { slotKey, slotPrefix } from '../layout.ts';
import { largestSlot, readSlots, slotKeys } from '../slots.ts';
import type { Slot } from '../slots.ts';
import { createObject } from '../store-create.ts';
import { readSmallObject } from '../store-read.ts';
import { openRoot, refuseUnfinishedRotation, sameKey } from './open-root.ts';
import type { OpenRoot } from './open-root.ts';
import { slotFacts } from './slot-facts.ts';
import type { SlotFacts } from './slot-facts.ts';
import { mostSlots, storeSlot } from './store-slot.ts';
import type { NewSlot } from './store-slot.ts';

// Slots are changed while a run goes on, so without the run lock. What two of these commands, or one and a rotation, do
// at the same time shows in a second look: each makes its change first and looks then, so that one at least sees the other.

/** What `key add` did. */
export interface AddedSlot {
  readonly archive_id: string;
  readonly slot: SlotFacts;
  /** How many there are now. */
  readonly slots: number;
}

/**
 * Makes one more way to unlock the archive. Throws `KEY_WRONG` when `unlock` opens nothing, `USAGE` when there is no
 * room or a rotation is unfinished, `ARCHIVE_LOCKED` when one began meanwhile; then there is no new slot.
 */
export async function addSlot(
  store: ObjectStore,
  unlock: Unlock,
  slot: Omit<NewSlot, 'rootKey'>,
  clock: Clock,
): Promise<AddedSlot> {
  const root = await openRoot(store, [unlock]);
  refuseUnfinishedRotation(root);
  refuseFull(root.slots.length);
  const { descriptor, slots, current: rootKey } = root;
  const header = await storeSlot(store, descriptor.archive_id, { ...slot, rootKey }, clock);
  try {
    const now = await slotKeys(store);
    refuseFull(now.length - 1);
    const known = [...slots.map(({ object_key }) => object_key), slotKey(header.id)];
    if (!now.every((key) => known.includes(key)) && (await isRotated(store, unlock, root)))
      throw rotatedMeanwhile('no slot was added', 'add it again when key rotate has ended');
    return { archive_id: descriptor.archive_id, slot: slotFacts(header), slots: now.length };
  } catch (error) {
    await store.remove(slotKey(header.id));
    throw error;
  }
}

function refuseFull(slots: number): void {
  if (slots < mostSlots) return;
  throw new CxvaultError('USAGE', `the archive has ${slots} key slots, and there is room for ${mostSlots}`, {
    context: { object_key: slotPrefix },
    hint: 'remove one that is not needed: cxvault key list, cxvault key remove SLOT',
  });
}

/** True when a rotation has begun since: a rotation makes its slots before anything else. */
async function isRotated(store: ObjectStore, unlock: Unlock, before: OpenRoot): Promise<boolean> {
  const { rootKeys, current } = await openRoot(store, [unlock]);
  return rootKeys.length > 1 || !sameKey(current, before.current);
}

function rotatedMeanwhile(outcome: string, hint: string): CxvaultError {
  return new CxvaultError('ARCHIVE_LOCKED', `the root key is rotated by another process: ${outcome}`, {
    hint,
  });
}

/** What `key remove` did. */
export interface RemovedSlot {
  readonly archive_id: string;
  /** Its header; null for a malformed slot. */
  readonly slot: SlotFacts | null;
  readonly removed: string;
  /** How many there are still. */
  readonly slots: number;
  /** False when none of those opens with what was given: then nothing here shows that anybody can open the archive. */
  readonly opens: boolean;
}

/**
 * Removes a slot. Throws `KEY_WRONG` when `unlock` opens nothing, `USAGE` for a slot that is not there or the last
 * one that can be read, and while a rotation is unfinished; `ARCHIVE_LOCKED` when one began meanwhile: it may have
 * given the same secret a new slot.
 */
export async function removeSlot(store: ObjectStore, unlock: Unlock, slotId: string): Promise<RemovedSlot> {
  const root = await openRoot(store, [unlock]);
  const { descriptor, slots } = root;
  const target = slots.find(({ id }) => id === slotId);
  if (!target) {
    throw new CxvaultError('USAGE', `the archive has no key slot ${slotId}`, {
      hint: 'cxvault key list shows the slots; give the whole id',
    });
  }
  refuseUnfinishedRotation(root);
  const others = slots.filter((slot) => slot !== target);
  refuseLast(others, target);
  await removeUnlessLast(store, descriptor.archive_id, target);
  const now = await slotKeys(store);
  const left = others.filter(({ object_key }) => now.includes(object_key));
  if (now.length > left.length && (await isRotated(store, unlock, root))) {
    throw rotatedMeanwhile(
      `slot ${slotId} was removed, but its secret may have a new one`,
      'look at cxvault key list when key rotate has ended',
    );
  }
  return {
    archive_id: descriptor.archive_id,
    slot: target.header ? slotFacts(target.header) : null,
    removed: slotId,
    slots: now.length,
    opens: left.some(({ rootKey }) => rootKey !== undefined),
  };
}

/** Puts it back if another process has removed all others meanwhile. */
async function removeUnlessLast(store: ObjectStore, archiveId: string, target: Slot): Promise<void> {
  const bytes = await readSmallObject(store, target.object_key, largestSlot);
  await store.remove(target.object_key);
  try {
    refuseLast(await readSlots(store, archiveId, []), target);
  } catch (error) {
    if (bytes) await createObject(store, target.object_key, bytes);
    throw error;
  }
}

function refuseLast(others: readonly Slot[], { object_key }: Slot): void {
  if (others.some(({ header }) => header)) return;
  throw new CxvaultError(
    'USAGE',
    'the last key slot cannot be removed: nobody could open the archive again',
    {
      context: { object_key },
      hint: 'add another one first: cxvault key add',
    },
  );
}
