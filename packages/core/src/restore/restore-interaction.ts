import { join } from 'node:path';

import type { Archive } from '../archive.ts';
import type { Version } from '../catalog/rows.ts';
import { makeFolder, writeFile } from './output-file.ts';
import { prettyJson } from './pretty-json.ts';
import { restoreFailure } from './restore-failure.ts';
import { recordName, restoreMedium } from './restore-medium.ts';
import type { RestoredFile } from './restore-medium.ts';
import type { ManifestEntry, ManifestFile } from './restore-report.ts';
import type { RestoredRecord } from './restored-record.ts';
import { safeName } from './safe-name.ts';

/** What was written of one interaction. */
export interface RestoredInteraction {
  readonly entry: ManifestEntry;
  readonly written: readonly RestoredFile[];
}

/**
 * Writes one interaction: `<day>/<id>/record.json` and its media. A medium that fails is named in the entry and
 * leaves no file; the others go on. Throws only what ends the whole restore.
 */
export async function restoreInteraction(
  archive: Archive,
  out: string,
  {
    version,
    record,
    signal,
  }: {
    readonly version: Version;
    readonly record: RestoredRecord;
    readonly signal: AbortSignal | undefined;
  },
): Promise<RestoredInteraction> {
  const path = `${record.day}/${safeName(version.interaction_id)}`;
  const folder = join(out, path);
  const written: RestoredFile[] = [];
  const files: ManifestFile[] = [];
  const failed: { media_id?: string; reason: string }[] = [];

  const attempt = async (
    mediaId: string | undefined,
    objectKey: string,
    write: () => Promise<RestoredFile>,
  ) => {
    const named = mediaId === undefined ? {} : { media_id: mediaId };
    try {
      const file = await write();
      written.push(file);
      files.push({ path: `${path}/${file.name}`, bytes: file.bytes, sha256: file.sha256, ...named });
    } catch (error) {
      signal?.throwIfAborted();
      const reason = restoreFailure(archive, objectKey, error);
      if (reason === undefined) throw error;
      failed.push({ ...named, reason });
    }
  };

  await attempt(undefined, version.segment, async () => {
    await makeFolder(join(out, record.day));
    await makeFolder(folder);
    return writeFile(folder, [Buffer.from(`${prettyJson(record.text)}\n`)], () => recordName);
  });
  for (const medium of version.media) {
    signal?.throwIfAborted();
    await attempt(medium.media_id, medium.object_key, () =>
      restoreMedium(archive, folder, { version, medium, record, signal }),
    );
  }
  const entry = {
    interaction_id: version.interaction_id,
    updated_time: version.updated_time === '' ? null : version.updated_time,
    record_sha256: version.sha256,
    files,
    absent: version.absent.map(({ media_id, code }) => ({ media_id, code })),
    failed,
  };
  return { entry, written };
}
