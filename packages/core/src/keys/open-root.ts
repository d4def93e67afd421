import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import type { Unlock } from '../archive.ts';
import { readDescriptor } from '../descriptor.ts';
import type { Descriptor } from '../descriptor.ts';
import { readSlots, rootKeysOf } from '../slots.ts';
import type { Slot } from '../slots.ts';
import { diagnoseLockedArchive, openJournalKey } from '../unlock.ts';

/** The slots of an archive, and the root keys that the given secrets get out of them. */
export interface OpenRoot {
  readonly descriptor: Descriptor;
  readonly slots: readonly Slot[];
  /** Several while a rotation of the root key is unfinished. */
  readonly rootKeys: readonly Uint8Array[];
  /** The one that opens the journal key: the only one that a writer may use. */
  readonly current: Uint8Array;
}

/**
 * Opens what is needed to change slots. Throws `ARCHIVE_NOT_FOUND`, `ARCHIVE_DESCRIPTOR_DAMAGED`, `KEY_WRONG`, or
 * `ARCHIVE_DAMAGED` for the journal key.
 */
export async function openRoot(store: ObjectStore, unlocks: readonly Unlock[]): Promise<OpenRoot> {
  const { descriptor } = await readDescriptor(store);
  const slots = await readSlots(store, descriptor.archive_id, unlocks);
  const rootKeys = rootKeysOf(slots);
  if (rootKeys.length === 0) {
    const found = slots.map(({ object_key }) => object_key);
    throw await diagnoseLockedArchive(store, descriptor, { rootKeys, found, failed: [], warnings: [] });
  }
  const { rootKey: current } = await openJournalKey(store, descriptor, rootKeys);
  return { descriptor, slots, rootKeys, current };
}

/** A slot that is made or removed in the middle of a rotation could be the one that somebody needs. */
export function refuseUnfinishedRotation({ rootKeys }: OpenRoot): void {
  if (rootKeys.length === 1) return;
  throw new CxvaultError('USAGE', 'a rotation of the root key was begun and not finished', {
    hint: 'finish it first: cxvault key rotate',
  });
}

export function sameKey(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}
