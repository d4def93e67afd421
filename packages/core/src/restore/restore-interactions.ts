import { CxvaultError } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import { eachAtOnce } from '../at-once.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Version } from '../catalog/rows.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { inPeriod } from '../verify/period.ts';
import type { Period } from '../verify/period.ts';
import { ManifestWriter } from './manifest.ts';
import { makeFolder } from './output-file.ts';
import { PartsFolder } from './parts-folder.ts';
import { restoreFailure } from './restore-failure.ts';
import { restoreInteraction } from './restore-interaction.ts';
import type { RestoredInteraction } from './restore-interaction.ts';
import type { RestoreFailure, RestoreProgress, RestoreReport } from './restore-report.ts';
import { restoredRecord } from './restored-record.ts';
import { recordsOf } from './segment-records.ts';
import type { FoundRecord } from './segment-records.ts';

const defaultConcurrency = 4; // interactions

export interface RestoreOptions extends Period {
  /** The output folder; made when it is not there. */
  readonly out: string;
  /** Exactly these interactions. Alternatives: a period of created times, or `all`. */
  readonly ids?: readonly string[];
  readonly all?: boolean;
  /** Interactions at the same time. @default 4 */
  readonly concurrency?: number;
  readonly onProgress?: (progress: RestoreProgress) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Writes interactions back, each in its newest version: `DIR/<created day>/<interaction id>/record.json`, its media
 * beside it, and `DIR/manifest.json` with what was written and what could not be. A file appears under its name only
 * when its SHA-256 is the journal's; an existing file with other content is never replaced. What a restore that was
 * killed left of files without a name is removed. Erased interactions are skipped. The catalog must be up to the journal (`syncCatalog`).
 *
 * Damage of one interaction is part of the result. Throws `USAGE` unless exactly one choice is given, `OUTPUT_FAILED`
 * when the folder or disk fails, `STORE_…` when the store does not answer, `INTERRUPTED` on abort.
 */
export async function restoreInteractions(
  archive: Archive,
  catalog: Catalog,
  options: RestoreOptions,
): Promise<RestoreReport> {
  const { out, signal } = options;
  refuseUnclearChoice(options);
  signal?.throwIfAborted();
  await makeFolder(out);
  await using parts = await PartsFolder.open(out);
  const restoredAt = new Date((options.clock ?? systemClock).now()).toISOString();
  const manifest = await ManifestWriter.open(
    { out, parts: parts.path },
    { archive_id: archive.id, restored_at: restoredAt },
  );
  const restore = new Restore(archive, { manifest, parts: parts.path }, options);
  try {
    const choice = options.ids && chooseByIds(catalog, options.ids);
    for (const [segment, versions] of bySegment(choice?.versions ?? catalog.latestVersions())) {
      const records = recordsOf(archive, segment, versions, signal);
      await eachAtOnce(records, options.concurrency ?? defaultConcurrency, (found) => restore.one(found));
    }
    const tail = { missing: choice?.missing ?? [], erased: choice?.erased ?? [] };
    await manifest.finish(tail);
    return { out, ...restore.counts(), ...tail };
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    throw new CxvaultError('INTERRUPTED', 'the restore was interrupted', {
      hint: 'start it again: complete files are kept and not fetched again',
      cause: error,
    });
  } finally {
    await manifest.discard();
  }
}

function refuseUnclearChoice({ ids, all, since, until }: RestoreOptions): void {
  const choices = [ids !== undefined, all === true, since !== undefined || until !== undefined];
  if (choices.filter(Boolean).length === 1) return;
  throw new CxvaultError('USAGE', 'say which interactions to restore', {
    hint: 'one of --interaction ID, --since/--until, --all',
  });
}

interface Choice {
  readonly versions: Version[];
  readonly missing: string[];
  readonly erased: string[];
}

function chooseByIds(catalog: Catalog, ids: readonly string[]): Choice {
  const choice: Choice = { versions: [], missing: [], erased: [] };
  for (const id of new Set(ids)) {
    const version = catalog.latest(id);
    if (catalog.isErased(id)) choice.erased.push(id);
    else if (version) choice.versions.push(version);
    else choice.missing.push(id);
  }
  choice.versions.sort((a, b) => (a.segment < b.segment ? -1 : Number(a.segment > b.segment)));
  return choice;
}

/** Neighbours of the same segment together; one segment's versions are held at a time. */
function* bySegment(versions: Iterable<Version>): Generator<readonly [string, Version[]]> {
  let group: Version[] = [];
  for (const version of versions) {
    const segment = group[0]?.segment;
    if (segment !== undefined && segment !== version.segment) {
      yield [segment, group];
      group = [];
    }
    group.push(version);
  }
  if (group[0]) yield [group[0].segment, group];
}

/** One restore under way: writes interactions and counts. */
class Restore {
  readonly #archive: Archive;
  readonly #manifest: ManifestWriter;
  readonly #parts: string;
  readonly #options: RestoreOptions;
  readonly #failed: RestoreFailure[] = [];
  readonly #done = { interactions: 0, files: 0, bytes: 0 };
  #unchanged = 0;

  constructor(
    archive: Archive,
    { manifest, parts }: { readonly manifest: ManifestWriter; readonly parts: string },
    options: RestoreOptions,
  ) {
    this.#archive = archive;
    this.#manifest = manifest;
    this.#parts = parts;
    this.#options = options;
  }

  counts(): Omit<RestoreReport, 'out' | 'missing' | 'erased'> {
    return { ...this.#done, unchanged: this.#unchanged, failed: this.#failed };
  }

  async one(found: FoundRecord): Promise<void> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const { version } = found;
    try {
      if ('error' in found) throw found.error;
      const record = restoredRecord(found.line);
      if (!this.#asked(record.createdTime)) return;
      await this.#count(
        await restoreInteraction(this.#archive, this.#options.out, {
          parts: this.#parts,
          version,
          record,
          signal,
        }),
      );
    } catch (error) {
      signal?.throwIfAborted();
      const reason = restoreFailure(this.#archive, version.segment, error);
      if (reason === undefined) throw error;
      await this.#lost(version, reason);
    }
  }

  #asked(createdTime: string | undefined): boolean {
    const { since, until } = this.#options;
    return (since === undefined && until === undefined) || inPeriod({ since, until }, createdTime);
  }

  async #count({ entry, written }: RestoredInteraction): Promise<void> {
    await this.#manifest.add(entry);
    for (const { kept, bytes } of written) {
      if (kept) this.#unchanged += 1;
      else {
        this.#done.files += 1;
        this.#done.bytes += bytes;
      }
    }
    if (entry.failed.length === 0) this.#done.interactions += 1;
    for (const failure of entry.failed)
      this.#failed.push({ interaction_id: entry.interaction_id, ...failure });
    this.#options.onProgress?.({ ...this.#done });
  }

  async #lost(version: Version, reason: string): Promise<void> {
    this.#failed.push({ interaction_id: version.interaction_id, reason });
    await this.#manifest.add({
      interaction_id: version.interaction_id,
      updated_time: version.updated_time === '' ? null : version.updated_time,
      record_sha256: version.sha256,
      files: [],
      absent: [],
      failed: [{ reason }],
    });
  }
}
