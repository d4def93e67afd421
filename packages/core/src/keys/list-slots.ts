import { isCxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import type { Unlock } from '../archive.ts';
import { readDescriptor } from '../descriptor.ts';
import { readSlots, rootKeysOf } from '../slots.ts';
import { openJournalKey } from '../unlock.ts';
import { sameKey } from './open-root.ts';
import { malformedSlots, slotFacts } from './slot-facts.ts';
import type { MalformedSlot, SlotFacts } from './slot-facts.ts';

/** A slot, and whether what was given opens it. */
export interface ListedSlot extends SlotFacts {
  /** Null when no password and no key file was given. */
  readonly opens: boolean | null;
  /** Whether the root key that it gave is the one that is in use; null when it did not open. */
  readonly current: boolean | null;
}

/** What `key list` shows. */
export interface SlotList {
  readonly archive_id: string;
  readonly slots: readonly ListedSlot[];
  readonly malformed: readonly MalformedSlot[];
  /** True when the given secrets open slots of two root keys: a rotation was begun and is not finished. */
  readonly rotation_unfinished: boolean;
}

/** No slot that opens has the root key that is in use. */
const nobodysKey = new Uint8Array();

/** Lists the key slots. Works without any secret; with one, each slot is tried. */
export async function listSlots(store: ObjectStore, unlock: Unlock | undefined): Promise<SlotList> {
  const { descriptor } = await readDescriptor(store);
  const slots = await readSlots(store, descriptor.archive_id, unlock ? [unlock] : []);
  const rootKeys = rootKeysOf(slots);
  const current = await rootKeyInUse();
  return {
    archive_id: descriptor.archive_id,
    slots: slots.flatMap(({ header, rootKey }) => {
      if (!header) return [];
      const opens = unlock ? rootKey !== undefined : null;
      return [
        { ...slotFacts(header), opens, current: rootKey && current ? sameKey(rootKey, current) : null },
      ];
    }),
    malformed: malformedSlots(slots),
    rotation_unfinished: rootKeys.length > 1,
  };

  /** Slots are listed also where the journal key is damaged: that is when one wants to know of them. */
  async function rootKeyInUse(): Promise<Uint8Array | undefined> {
    if (rootKeys.length === 0) return undefined;
    try {
      return (await openJournalKey(store, descriptor, rootKeys)).rootKey;
    } catch (error) {
      if (!isCxvaultError(error)) throw error;
      if (error.code === 'KEY_WRONG') return nobodysKey;
      if (error.code.startsWith('ARCHIVE_')) return undefined;
      throw error;
    }
  }
}
