import { rootKeyId, sealRing } from '@cxvault/crypto-codec';
import type { Ring } from '@cxvault/crypto-codec';
import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import { eachAtOnce } from '../at-once.ts';
import { readRingObject } from '../key-ring.ts';
import { ringKey, ringPrefix } from '../layout.ts';
import { holdsExactly } from '../store-create.ts';
import { objectIdOf } from '../verify/verify-plan.ts';
import { sameKey } from './open-root.ts';

const ringsAtOnce = 8;

/** The ring objects of an archive, and the root keys that one of their slots gives. */
export interface Rings {
  readonly store: ObjectStore;
  readonly archiveId: string;
  readonly journalKeyId: string;
  readonly rootKeys: readonly Uint8Array[];
  readonly signal: AbortSignal | undefined;
}

/** Opens every ring object once. Throws `ARCHIVE_DAMAGED` for one that no root key opens. */
export async function checkAllRings(rings: Rings): Promise<void> {
  await eachRing(rings, async (keyId) => {
    await ringOf(rings, keyId);
  });
}

/**
 * Seals every ring object that lies under another root key anew under `target`, the journal key's first: from then
 * on writers use `target` too. Goes over all of them until none is left, so that each is read back. Calls
 * `beforeEach` before one is replaced, and `afterEach` after. Returns how many were.
 */
export async function resealRings(
  rings: Rings,
  target: Uint8Array,
  hooks: { readonly beforeEach: () => Promise<void>; readonly afterEach: () => void },
): Promise<number> {
  let resealed = 0;
  const reseal = async (keyId: string): Promise<void> => {
    const { ring, rootKey } = await ringOf(
      { ...rings, rootKeys: targetFirst(rings.rootKeys, target) },
      keyId,
    );
    if (sameKey(rootKey, target)) return;
    await hooks.beforeEach();
    await replaceRing(rings, ring, target);
    resealed += 1;
    hooks.afterEach();
  };
  for (let before = -1; before !== resealed;) {
    before = resealed;
    await reseal(rings.journalKeyId);
    await eachRing(rings, reseal);
  }
  return resealed;
}

async function eachRing({ store, signal }: Rings, work: (keyId: string) => Promise<void>): Promise<void> {
  const listed = store.list(ringPrefix, { ...(signal && { signal }) });
  await eachAtOnce(listed, ringsAtOnce, async ({ key }) => {
    signal?.throwIfAborted();
    const keyId = objectIdOf(key);
    if (ringKey(keyId) === key) await work(keyId); // another name: not a ring object of the format
  });
}

async function ringOf(
  { store, archiveId, rootKeys }: Rings,
  keyId: string,
): Promise<{ ring: Ring; rootKey: Uint8Array }> {
  let failure: unknown;
  for (const rootKey of rootKeys) {
    try {
      return { ring: await readRingObject(store, archiveId, keyId, [rootKey]), rootKey };
    } catch (error) {
      failure = error;
      if (!isCxvaultError(error) || error.context['problem'] !== 'key-commitment') throw error;
    }
  }
  throw failure;
}

async function replaceRing({ store, archiveId }: Rings, ring: Ring, rootKey: Uint8Array): Promise<void> {
  const { bytes } = sealRing(ring.keyId, ring.keys, {
    archiveId,
    key: { keyId: rootKeyId, number: 0, key: rootKey },
    objectKeyOf: ringKey,
    compression: 'none',
    createdAt: ring.createdAt,
  });
  const key = ringKey(ring.keyId);
  await store.put(key, bytes, { size: bytes.length });
  if (await holdsExactly(store, key, bytes)) return;
  throw new CxvaultError('STORE_CONFLICT', 'the store gives back another ring object than was written', {
    context: { key },
    hint: 'something changes objects on the way or in the store: put the object back from a copy of keys/, then rotate again',
  });
}

function targetFirst(rootKeys: readonly Uint8Array[], target: Uint8Array): Uint8Array[] {
  return [target, ...rootKeys.filter((key) => !sameKey(key, target))];
}
