import { createHash } from 'node:crypto';

import { isCxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import { readDescriptor } from '../descriptor.ts';
import { readRingBytes } from '../key-ring.ts';
import { ringKey } from '../layout.ts';
import { largestSlot, slotKeys } from '../slots.ts';
import { readSmallObject } from '../store-read.ts';

/** What a first look at a place showed. */
export type Look =
  | {
      readonly archiveId: string;
      readonly descriptorSha256: string;
      /** Of its slots and its journal key: two archives that open with the same keys have the same. */
      readonly keys: string;
    }
  /** No archive lies there. */
  | { readonly absent: unknown }
  /** It could not be looked at. */
  | { readonly failure: unknown };

/** Looks at the few small objects that tell which archive lies in a store, and which keys open it. Does not throw. */
export async function lookAt(store: ObjectStore): Promise<Look> {
  try {
    const { descriptor, sha256 } = await readDescriptor(store);
    const hash = createHash('sha256');
    for (const key of await slotKeys(store)) {
      hash.update(key);
      hash.update((await readSmallObject(store, key, largestSlot)) ?? '');
    }
    hash.update((await readRingBytes(store, ringKey(descriptor.journal_key_id))) ?? '');
    return {
      archiveId: descriptor.archive_id,
      descriptorSha256: sha256,
      keys: hash.digest('hex'),
    };
  } catch (error) {
    if (isCxvaultError(error) && error.code === 'ARCHIVE_NOT_FOUND') return { absent: error };
    return { failure: error };
  }
}
