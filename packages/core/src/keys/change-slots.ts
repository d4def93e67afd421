import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import type { Unlock } from '../archive.ts';
import type { Clock } from '../clock.ts';
import { slotPrefix } from '../layout.ts';
import { openRoot, refuseUnfinishedRotation } from './open-root.ts';
import { slotFacts } from './slot-facts.ts';
import type { SlotFacts } from './slot-facts.ts';
import { mostSlots, storeSlot } from './store-slot.ts';
import type { NewSlot } from './store-slot.ts';

/** What `key add` did. */
export interface AddedSlot {
  readonly archive_id: string;
  readonly slot: SlotFacts;
  /** How many there are now. */
  readonly slots: number;
}

/**
 * Makes one more way to unlock the archive. Throws `KEY_WRONG` when `unlock` opens nothing, `USAGE` when there is no
 * room or a rotation is unfinished.
 */
export async function addSlot(
  store: ObjectStore,
  unlock: Unlock,
  slot: Omit<NewSlot, 'rootKey'>,
  clock: Clock,
): Promise<AddedSlot> {
  const root = await openRoot(store, [unlock]);
  refuseUnfinishedRotation(root);
  const { descriptor, slots, current: rootKey } = root;
  if (slots.length >= mostSlots) {
    throw new CxvaultError(
      'USAGE',
      `the archive has ${slots.length} key slots, and there is room for ${mostSlots}`,
      {
        context: { object_key: slotPrefix },
        hint: 'remove one that is not needed: cxvault key list, cxvault key remove SLOT',
      },
    );
  }
  const header = await storeSlot(store, descriptor.archive_id, { ...slot, rootKey }, clock);
  return { archive_id: descriptor.archive_id, slot: slotFacts(header), slots: slots.length + 1 };
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
 * one that can be read, and while a rotation is unfinished.
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
  const left = slots.filter((slot) => slot !== target);
  if (!left.some(({ header }) => header)) {
    throw new CxvaultError(
      'USAGE',
      'the last key slot cannot be removed: nobody could open the archive again',
      {
        context: { object_key: target.object_key },
        hint: 'add another one first: cxvault key add',
      },
    );
  }
  await store.remove(target.object_key);
  return {
    archive_id: descriptor.archive_id,
    slot: target.header ? slotFacts(target.header) : null,
    removed: slotId,
    slots: left.length,
    opens: left.some(({ rootKey }) => rootKey !== undefined),
  };
}
