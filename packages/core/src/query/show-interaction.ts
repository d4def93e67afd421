import { CxvaultError } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Erasure, Version } from '../catalog/rows.ts';
import { restoreFailure } from '../restore/restore-failure.ts';
import { recordsOf } from '../restore/segment-records.ts';
import { listedMedia } from './listed-medium.ts';
import type { ListedMedium } from './listed-medium.ts';
import { listedRecord } from './listed-record.ts';
import type { ListedRecord } from './listed-record.ts';

/** One archived version of an interaction. */
export interface ShownVersion {
  readonly updated_time: string | null;
  readonly archived_at: string;
  readonly run_id: string;
  /** The segment that holds its record. */
  readonly object_key: string;
  /** Of the record's line. */
  readonly sha256: string;
  readonly media: number;
}

/** What an archive knows of one interaction. */
export interface ShownInteraction {
  readonly interaction_id: string;
  /** Newest first; at least one. */
  readonly versions: readonly [ShownVersion, ...ShownVersion[]];
  /** Of the newest version. */
  readonly media: readonly ListedMedium[];
  readonly mark: 'sent' | 'pending' | 'refused';
  /** Then there is no record to read. */
  readonly erased: Erasure | undefined;
  /** The newest version's record; undefined when it was erased. */
  readonly record: { readonly text: string; readonly parts: ListedRecord } | undefined;
}

/**
 * Everything about one interaction; undefined when it was never archived. The catalog must be up to the journal.
 * Throws `ARCHIVE_DAMAGED` when its record cannot be read, and `STORE_…`.
 */
export async function showInteraction(
  archive: Archive,
  catalog: Catalog,
  interactionId: string,
  signal?: AbortSignal,
): Promise<ShownInteraction | undefined> {
  const [newest, ...older] = catalog.versionsSince(interactionId, '');
  if (!newest) return undefined;
  const erased = catalog.erasure(interactionId);
  const record = erased ? undefined : await readRecord(archive, newest, signal);
  return {
    interaction_id: interactionId,
    versions: [shownVersion(newest), ...older.map(shownVersion)],
    media: listedMedia(newest, record?.parts),
    mark: catalog.markOutcome(interactionId) ?? 'pending',
    erased,
    record,
  };
}

async function readRecord(
  archive: Archive,
  version: Version,
  signal: AbortSignal | undefined,
): Promise<ShownInteraction['record']> {
  try {
    for await (const found of recordsOf(archive, version.segment, [version], signal)) {
      if ('error' in found) throw found.error;
      return { text: Buffer.from(found.line).toString(), parts: listedRecord(found.line) };
    }
    return undefined; // cannot be: each version that is asked for is given
  } catch (error) {
    signal?.throwIfAborted();
    const reason = restoreFailure(archive, version.segment, error);
    if (reason === undefined) throw error;
    throw new CxvaultError('ARCHIVE_DAMAGED', `the record of the interaction cannot be read: ${reason}`, {
      context: { interaction: version.interaction_id },
      hint: 'cxvault verify names all that is damaged; put the object back from a copy of the archive',
      cause: error,
    });
  }
}

function shownVersion(version: Version): ShownVersion {
  return {
    updated_time: version.updated_time === '' ? null : version.updated_time,
    archived_at: version.at,
    run_id: version.run_id,
    object_key: version.segment,
    sha256: version.sha256,
    media: version.media.length,
  };
}
