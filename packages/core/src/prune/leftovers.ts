import { isCodecError, openObject } from '@cxvault/crypto-codec';
import { isCxvaultError } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { dataPrefix, mediaPrefix, recordsPrefix, runLockPrefix } from '../layout.ts';

const locksPrefix = 'locks/';

/** An object that a crash left behind. */
export interface Leftover {
  readonly object_key: string;
  readonly kind: 'records' | 'media' | 'ring' | 'lock' | 'other';
  /** Stored bytes. */
  readonly bytes: number;
  /** By the store's clock. */
  readonly stored_at: string;
  /** The store keeps it until then, and nobody can remove it before; absent when it may be removed. */
  readonly retained_until?: string;
}

/** A segment that no entry names, though its index holds records; or nobody can tell whether it does. */
export interface UnnamedSegment extends Omit<Leftover, 'kind'> {
  /** Null when the segment cannot be opened. */
  readonly records: number | null;
  /** Those that no entry archives elsewhere with the same content; null when the segment cannot be opened. */
  readonly unarchived: number | null;
}

/** What a look for leftovers works with. */
export interface PruneContext {
  readonly archive: Archive;
  /** Built from the whole journal, which is sound. */
  readonly catalog: Catalog;
  /** Objects that the store stamped after this are not touched; milliseconds since 1970. */
  readonly olderThan: number;
  readonly signal: AbortSignal | undefined;
}

/** What lies in `data/` without a name in the journal. */
export interface UnnamedData {
  readonly leftovers: Leftover[];
  readonly withRecords: UnnamedSegment[];
  readonly younger: { objects: number; bytes: number };
}

/** Looks through `data/` for what no entry names. Segments that hold records are told apart. */
export async function findUnnamedData(context: PruneContext): Promise<UnnamedData> {
  const { archive, catalog, olderThan, signal } = context;
  const found: UnnamedData = { leftovers: [], withRecords: [], younger: { objects: 0, bytes: 0 } };
  for await (const { key, size, modifiedAt } of archive.store.list(dataPrefix, {
    ...(signal && { signal }),
  })) {
    if (catalog.isNamed(key)) continue;
    if (modifiedAt.getTime() > olderThan) {
      found.younger.objects += 1;
      found.younger.bytes += size;
      continue;
    }
    const leftover = { object_key: key, bytes: size, stored_at: modifiedAt.toISOString() };
    const records = key.startsWith(recordsPrefix) ? await recordsIn(context, key, size) : noRecords;
    if (records.records === 0) found.leftovers.push({ ...leftover, kind: kindOf(key) });
    else found.withRecords.push({ ...leftover, ...records });
  }
  return found;
}

/** Small objects of locks that are long over, and of looks at the store's clock. */
export async function findOldLocks({ archive, olderThan, signal }: PruneContext): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for await (const { key, size, modifiedAt } of archive.store.list(locksPrefix, {
    ...(signal && { signal }),
  })) {
    // the run lock itself: this prune holds it, and clears away older ones when it gives it back
    if (key.startsWith(runLockPrefix) || modifiedAt.getTime() > olderThan) continue;
    found.push({ object_key: key, kind: 'lock', bytes: size, stored_at: modifiedAt.toISOString() });
  }
  return found;
}

function kindOf(key: string): Leftover['kind'] {
  if (key.startsWith(recordsPrefix)) return 'records';
  return key.startsWith(mediaPrefix) ? 'media' : 'other';
}

type Records = Pick<UnnamedSegment, 'records' | 'unarchived'>;

const noRecords: Records = { records: 0, unarchived: 0 };

async function recordsIn(
  { archive, catalog, signal }: PruneContext,
  key: string,
  bytes: number,
): Promise<Records> {
  try {
    const source = await archive.source(key, bytes, signal);
    const expected = { archiveId: archive.id, objectKey: key, kind: 'records' } as const;
    const { records = [] } = (await openObject(source, archive.lookup, expected)).index;
    const unarchived = records.filter(
      ({ interaction_id, sha256 }) =>
        !catalog.versionsSince(interaction_id, '').some((version) => version.sha256 === sha256),
    );
    return { records: records.length, unarchived: unarchived.length };
  } catch (error) {
    const closed = isCodecError(error) || (isCxvaultError(error) && error.code === 'ARCHIVE_DAMAGED');
    if (!closed) throw error;
    return { records: null, unarchived: null };
  }
}
