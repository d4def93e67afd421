import { openSlot, writeSlot } from '@cxvault/crypto-codec';
import type { SlotHeader } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import type { Unlock } from '../archive.ts';
import type { Clock } from '../clock.ts';
import { slotKey } from '../layout.ts';
import { largestSlot } from '../slots.ts';
import { createObject } from '../store-create.ts';
import { readSmallObject } from '../store-read.ts';
import { sameKey } from './open-root.ts';

/** Archive format, "Keys". */
export const mostSlots = 16;

/** A slot to make. */
export interface NewSlot {
  readonly kind: 'password' | 'keyfile';
  /** Has the secret of that kind. */
  readonly unlock: Unlock;
  readonly label: string;
  readonly rootKey: Uint8Array;
}

/** Stores a slot, reads it back and opens it: a slot that does not open is found now, not when it is needed. */
export async function storeSlot(
  store: ObjectStore,
  archiveId: string,
  { kind, unlock, label, rootKey }: NewSlot,
  clock: Clock,
): Promise<SlotHeader> {
  const createdAt = new Date(clock.now()).toISOString();
  const { id, bytes } = await writeSlot(kind, unlock, rootKey, { archiveId, label, createdAt });
  const key = slotKey(id);
  await createObject(store, key, bytes);
  const stored = await readSmallObject(store, key, largestSlot);
  const opened = stored && (await openSlot(id, stored, unlock, archiveId));
  if (opened && sameKey(opened.rootKey, rootKey)) return opened.header;
  throw new CxvaultError('STORE_CONFLICT', 'the store gives back another key slot than was written', {
    context: { key },
    hint: 'something changes objects on the way or in the store; the other slots were not touched',
  });
}
