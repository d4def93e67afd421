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

interface Restoring {
  /** The folder for files that have no name yet. */
  readonly parts: string;
  readonly version: Version;
  readonly record: RestoredRecord;
  readonly signal: AbortSignal | undefined;
}

/**
 * Writes one interaction: `<day>/<id>/record.json` and its media. A medium that fails is named in the entry and
 * leaves no file; the others go on. Throws `FileConflict` when the folder's place is taken by something else, and
 * what ends the whole restore.
 */
export async function restoreInteraction(
  archive: Archive,
  out: string,
  { parts, version, record, signal }: Restoring,
): Promise<RestoredInteraction> {
  const path = `${record.day}/${safeName(version.interaction_id)}`;
  const folder = join(out, path);
  const attempts = new Attempts(archive, path, signal);
  // what stands in the way of the folder fails the whole interaction: the caller names it
  await makeFolder(join(out, record.day));
  await makeFolder(folder);
  await attempts.make(undefined, version.segment, () =>
    writeFile({ folder, parts }, [Buffer.from(`${prettyJson(record.text)}\n`)], () => recordName),
  );
  for (const medium of version.media) {
    signal?.throwIfAborted();
    await attempts.make(medium.media_id, medium.object_key, () =>
      restoreMedium(archive, folder, { parts, version, medium, record, signal }),
    );
  }
  return { entry: entryOf(version, attempts), written: attempts.written };
}

/** The files of one interaction, each of which may fail by itself. */
class Attempts {
  readonly written: RestoredFile[] = [];
  readonly files: ManifestFile[] = [];
  readonly failed: { media_id?: string; reason: string }[] = [];
  readonly #archive: Archive;
  readonly #path: string;
  readonly #signal: AbortSignal | undefined;

  constructor(archive: Archive, path: string, signal: AbortSignal | undefined) {
    this.#archive = archive;
    this.#path = path;
    this.#signal = signal;
  }

  async make(
    mediaId: string | undefined,
    objectKey: string,
    write: () => Promise<RestoredFile>,
  ): Promise<void> {
    const named = mediaId === undefined ? {} : { media_id: mediaId };
    try {
      const file = await write();
      this.written.push(file);
      const path = `${this.#path}/${file.name}`;
      this.files.push({ path, bytes: file.bytes, sha256: file.sha256, ...named });
    } catch (error) {
      this.#signal?.throwIfAborted();
      const reason = restoreFailure(this.#archive, objectKey, error);
      if (reason === undefined) throw error;
      this.failed.push({ ...named, reason });
    }
  }
}

function entryOf(version: Version, { files, failed }: Attempts): ManifestEntry {
  return {
    interaction_id: version.interaction_id,
    updated_time: version.updated_time === '' ? null : version.updated_time,
    record_sha256: version.sha256,
    files,
    absent: version.absent.map(({ media_id, code }) => ({ media_id, code })),
    failed,
  };
}
