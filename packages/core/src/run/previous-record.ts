import { openObject } from '@cxvault/crypto-codec';

import { isCxvaultError } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import type { Version } from '../catalog/rows.ts';
import { type ArchivedRecord, archivedRecordSchema } from './record.ts';

/** Reads one archived record back by ranged reads. Throws when it is damaged or missing. */
export async function readRecord(
  archive: Archive,
  version: Version,
  signal?: AbortSignal,
): Promise<ArchivedRecord> {
  const source = await archive.source(version.segment, undefined, signal);
  const segment = await openObject(source, archive.lookup, {
    archiveId: archive.id,
    objectKey: version.segment,
    kind: 'records',
  });
  const records = segment.index.records ?? [];
  const n = records.findIndex(
    (record) => record.interaction_id === version.interaction_id && record.sha256 === version.sha256,
  );
  const line = await segment.readRecord(n);
  return archivedRecordSchema.parse(JSON.parse(Buffer.from(line).toString('utf8')));
}

/**
 * The record of the version before, for what a new one takes over. Where it is damaged or gone, the journal still
 * tells which media there are; all others are then fetched anew, and the new version mends the archive.
 */
export async function recordBefore(
  archive: Archive,
  version: Version,
  signal: AbortSignal,
): Promise<ArchivedRecord> {
  try {
    return await readRecord(archive, version, signal);
  } catch (error) {
    if (!isCxvaultError(error) || !lostCodes.includes(error.code)) throw error;
    const media = version.media.map((medium) => ({ ...medium, ...nothingElse }));
    const { interaction_id, updated_time } = version;
    return { interaction_id, created_time: null, updated_time, media_metadata: media };
  }
}

const lostCodes: readonly string[] = ['FORMAT_INVALID', 'STORE_NOT_FOUND', 'ARCHIVE_DAMAGED'];

const nothingElse = { type: null, duration_ms: null, format: null, playback_url: null, created_time: null };
