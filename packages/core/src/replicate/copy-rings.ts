import { rootKeyId, sealRing } from '@cxvault/crypto-codec';
import type { Ring } from '@cxvault/crypto-codec';
import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';

import { eachAtOnce } from '../at-once.ts';
import { openRingBytes, readRingBytes } from '../key-ring.ts';
import { ringKey, ringPrefix } from '../layout.ts';
import { createObject } from '../store-create.ts';
import { objectIdOf } from '../verify/verify-plan.ts';
import type { KeyContext } from './copy-context.ts';

const ringsAtOnce = 8;

/** The root keys on both sides. */
export interface RootKeys {
  /** Those that the source's slots give. */
  readonly source: readonly Uint8Array[];
  /** The one of them that writers use. */
  readonly current: Uint8Array;
  /** Those that the target's slots give. */
  readonly target: readonly Uint8Array[];
}

/**
 * Brings the target's ring objects to what the source's are. A key that was destroyed on either side stays destroyed:
 * an erasure is never undone. Objects of the same size are taken for the same, unless `thorough`: a root key that was
 * rotated changes bytes and not sizes. Then also the ring objects that only the target has come under the source's root
 * key. Throws `KEY_WRONG` when one of those cannot be opened.
 */
export async function copyRings(context: KeyContext, roots: RootKeys, thorough: boolean): Promise<void> {
  const { from, to, signal, tally } = context;
  const call = signal ? { signal } : {};
  const held = new Map<string, number>();
  for await (const { key, size } of to.list(ringPrefix, call)) held.set(key, size);
  await eachAtOnce(from.store.list(ringPrefix, call), ringsAtOnce, async ({ key, size }) => {
    if (ringKey(objectIdOf(key)) !== key) return; // another name: not a ring object of the format
    const heldSize = held.get(key);
    held.delete(key);
    if (heldSize === size && !thorough) tally.rings.held += 1;
    else await copyRing(context, roots, key, heldSize !== undefined);
  });
  if (!thorough) return;
  for (const key of held.keys()) if (ringKey(objectIdOf(key)) === key) await moveRing(context, roots, key);
}

async function copyRing(context: KeyContext, roots: RootKeys, key: string, held: boolean): Promise<void> {
  const { from, to, tally, check } = context;
  const bytes = await readRingBytes(from.store, key);
  const ring = bytes && (await openSound(context, bytes, key, roots.source));
  if (!bytes || !ring) return;
  const wanted = held ? await wantedBytes(context, roots, { key, bytes, ring }) : bytes;
  if (wanted === 'held') {
    tally.rings.held += 1;
    return;
  }
  if (held) {
    await check();
    await to.put(key, wanted, { size: wanted.length });
  } else await createObject(to, key, wanted);
  tally.rings.copied += 1;
  tally.bytes += wanted.length;
}

/** Undefined for a ring object of the source that is damaged: that is reported, and the target keeps what it has. */
async function openSound(
  { from, tally }: KeyContext,
  bytes: Uint8Array,
  key: string,
  rootKeys: readonly Uint8Array[],
): Promise<Ring | undefined> {
  try {
    return await openRingBytes(bytes, from.id, objectIdOf(key), rootKeys);
  } catch (error) {
    if (!isCxvaultError(error) || error.code !== 'ARCHIVE_DAMAGED') throw error;
    const detail = 'the ring object cannot be opened, and was not copied';
    tally.found({ object_key: key, kind: 'ring', problem: 'content', detail, interactions: [] });
    return undefined;
  }
}

/** What the target is to hold in the place of what it holds. */
async function wantedBytes(
  { from, to }: KeyContext,
  { source, target, current }: RootKeys,
  { key, bytes, ring }: { readonly key: string; readonly bytes: Uint8Array; readonly ring: Ring },
): Promise<Uint8Array | 'held'> {
  const there = await readRingBytes(to, key);
  if (!there) return bytes;
  if (Buffer.compare(there, bytes) === 0) return 'held';
  const theirs = await openIfSound(there, from.id, key, [...source, ...target]);
  if (!theirs?.keys.some((one, number) => one === null && ring.keys[number] !== null)) return bytes;
  const destroyed = ring.keys.map((one, number) => (theirs.keys[number] === null ? null : one));
  const same = destroyed.every((one, number) => (one === null) === (theirs.keys[number] === null));
  if (same && (await openIfSound(there, from.id, key, [current]))) return 'held';
  return sealed({ ...ring, keys: destroyed }, from.id, current);
}

/** A ring object that only the target has: it must open with what the target's slots will give. */
async function moveRing(
  { from, to, check, tally }: KeyContext,
  { current, target, source }: RootKeys,
  key: string,
): Promise<void> {
  const there = await readRingBytes(to, key);
  if (!there || (await openIfSound(there, from.id, key, [current]))) return;
  const ring = await openIfSound(there, from.id, key, [...source, ...target]);
  if (!ring) throw unknownRoot(key);
  await check();
  const bytes = sealed(ring, from.id, current);
  await to.put(key, bytes, { size: bytes.length });
  tally.rings.copied += 1;
}

async function openIfSound(
  bytes: Uint8Array,
  archiveId: string,
  key: string,
  rootKeys: readonly Uint8Array[],
): Promise<Ring | undefined> {
  try {
    return await openRingBytes(bytes, archiveId, objectIdOf(key), rootKeys);
  } catch (error) {
    if (!isCxvaultError(error) || error.code !== 'ARCHIVE_DAMAGED') throw error;
    return undefined;
  }
}

function sealed(ring: Ring, archiveId: string, rootKey: Uint8Array): Uint8Array {
  return sealRing(ring.keyId, ring.keys, {
    archiveId,
    key: { keyId: rootKeyId, number: 0, key: rootKey },
    objectKeyOf: ringKey,
    compression: 'none',
    createdAt: ring.createdAt,
  }).bytes;
}

function unknownRoot(key: string): CxvaultError {
  return new CxvaultError('KEY_WRONG', 'a ring object that only the target has cannot be opened', {
    context: { object_key: key },
    hint:
      'it is damaged, or its root key is another: copy the target into the source first, with a password ' +
      'or key file that opens both, then again this way',
  });
}
