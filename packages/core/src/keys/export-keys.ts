import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import { descriptorKey, ringKey, ringPrefix } from '../layout.ts';
import { readSmallObject } from '../store-read.ts';
import { objectIdOf } from '../verify/verify-plan.ts';
import { objectMissing } from '../store-errors.ts';

const keysPrefix = 'keys/';
const largestKeyObject = 4 * 1024 * 1024; // bytes, as for ring objects
/** A run makes a ring object now and then, a rotation many: with every round less is left. */
const mostRounds = 20;

/** Where a copy goes; names are relative to the archive's address. */
export interface KeySink {
  write(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
}

/** What was copied. */
export interface CopiedKeys {
  readonly slots: number;
  readonly rings: number;
  readonly bytes: number;
}

/**
 * Copies the descriptor and all of `keys/` as they were at one moment: again and again until nothing has changed
 * since. Throws `STORE_CONFLICT` when it keeps changing.
 */
export async function copyKeys(store: ObjectStore, sink: KeySink, signal?: AbortSignal): Promise<void> {
  await copyObject(store, sink, descriptorKey);
  const copied = new Map<string, string>();
  for (let round = 0; round < mostRounds; round += 1) {
    if (!(await copyChanges(store, sink, copied, signal))) return;
  }
  throw new CxvaultError('STORE_CONFLICT', 'keys/ kept changing while it was copied', {
    context: { rounds: mostRounds },
    hint: 'copy it again when no rotation is under way',
  });
}

/** Opens every ring object of an archive: of a copy of `keys/`, this proves that it is worth something. */
export async function checkKeys(archive: Archive, signal?: AbortSignal): Promise<CopiedKeys> {
  const counts = { slots: 0, rings: 0, bytes: 0 };
  for await (const { key, size } of archive.store.list(keysPrefix)) {
    signal?.throwIfAborted();
    counts.bytes += size;
    const keyId = objectIdOf(key);
    if (key === ringKey(keyId)) {
      await archive.lookup(keyId, 0);
      counts.rings += 1;
    } else if (!key.startsWith(ringPrefix)) counts.slots += 1;
  }
  return counts;
}

async function copyChanges(
  store: ObjectStore,
  sink: KeySink,
  copied: Map<string, string>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let changed = false;
  const gone = new Set(copied.keys());
  for await (const { key, size, modifiedAt } of store.list(keysPrefix)) {
    signal?.throwIfAborted();
    gone.delete(key);
    const stamp = `${size} ${modifiedAt.getTime()}`;
    if (copied.get(key) === stamp) continue;
    changed = true;
    if (await copyObject(store, sink, key)) copied.set(key, stamp);
  }
  for (const key of gone) {
    changed = true;
    copied.delete(key);
    await sink.remove(key);
  }
  return changed;
}

/** False when the object vanished since it was listed. */
async function copyObject(store: ObjectStore, sink: KeySink, key: string): Promise<boolean> {
  const bytes = await readSmallObject(store, key, largestKeyObject);
  if (bytes) await sink.write(key, bytes);
  else if (key === descriptorKey) throw objectMissing(key);
  return bytes !== undefined;
}
