import type { SourceIdentity } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogStatistics } from '../catalog/statistics.ts';
import type { SyncResult } from '../catalog/sync.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Damage } from '../damage.ts';
import { splitReason } from '../run/failure-reason.ts';
import { isPart, PastVerifies } from '../verify/past-verifies.ts';
import type { PastVerify } from '../verify/past-verifies.ts';
import type { JournalCounts } from '../verify/verify-report.ts';
import { archiveCoverage } from './coverage.ts';
import type { ArchiveCoverage } from './coverage.ts';
import { lastRun } from './last-run.ts';
import type { LastRun } from './last-run.ts';
import { compareListing } from './leftovers.ts';
import type { StoreListing } from './leftovers.ts';
import { lockHolder } from './lock-holder.ts';
import type { LockHolder } from './lock-holder.ts';

/** An interaction that is not archived, or not in its newest version, and why. */
export interface StatusFailure {
  readonly interaction_id: string;
  readonly reason: string;
  readonly request_id?: string;
}

/** How an archive stands; `status --json`. */
export interface ArchiveStatus extends ArchiveCoverage {
  readonly archive: string;
  readonly archive_id: string;
  readonly generated_at: string;
  /** Whose interactions it holds; null before the first run. */
  readonly source: SourceIdentity | null;
  readonly interactions: {
    readonly archived: number;
    readonly versions: number;
    readonly failed: number;
    readonly given_up: number;
    readonly erased: number;
  };
  readonly media: {
    readonly archived: number;
    /** Of the originals. */
    readonly bytes: number;
    readonly absent: number;
    readonly provisional: number;
  };
  readonly marks: CatalogStatistics['marks'];
  readonly bytes: {
    readonly stored: number;
    readonly records: number;
    readonly media: number;
    readonly journal: number;
  };
  /** Tried again by each run. */
  readonly open_failures: readonly StatusFailure[];
  /** Tried again by `run --retry-failed` only. */
  readonly given_up: readonly StatusFailure[];
  readonly last_run: LastRun | null;
  readonly lock: LockHolder | null;
  /** Of the verifies on this machine. */
  readonly last_verify: PastVerify | null;
  /** Of the verifies on this machine that looked at everything in full depth. */
  readonly last_full_verify: PastVerify | null;
  /** Objects that no entry names; null when the store was not listed. */
  readonly leftovers: StoreListing['leftovers'] | null;
  /** Objects that an entry names and that are not there as it says; null when the store was not listed. */
  readonly objects: StoreListing['objects'] | null;
  readonly journal: JournalCounts;
  readonly damage: readonly Damage[];
}

export interface StatusOptions {
  /** How the status names the archive: its address. */
  readonly archive: string;
  /** What the journal showed when the catalog was brought up to it. */
  readonly journal: SyncResult;
  /** Where verifies keep their proofs. */
  readonly proofsFile: string;
  /** Whether the store is listed, for leftovers and what is missing. */
  readonly listing: boolean;
  readonly onProgress?: (objects: number) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/**
 * How an archive stands, by its journal, its lock and a listing of the store. Only reads, and takes no lock: a run may
 * go on meanwhile. Throws the store's errors, and the signal's reason.
 */
export async function archiveStatus(
  archive: Archive,
  catalog: Catalog,
  options: StatusOptions,
): Promise<ArchiveStatus> {
  const { signal, listing, onProgress, journal } = options;
  const now = (options.clock ?? systemClock).now();
  const damage = [...journal.damage];
  const lock = await lockHolder(archive.store, now);
  const last_run = await lastRun(archive, catalog, lock, damage, signal);
  const store = listing ? await compareListing(archive, catalog, { now, signal, onProgress }) : null;
  const generated_at = new Date(now).toISOString();
  const statistics = catalog.statistics(generated_at);
  const { archive: url } = options;
  return {
    archive: url,
    archive_id: archive.id,
    generated_at,
    source: catalog.identity() ?? null,
    ...archiveCoverage(catalog),
    ...amounts(statistics),
    ...failures(catalog, statistics),
    last_run,
    lock,
    ...pastVerifies(options.proofsFile, archive.id),
    leftovers: store?.leftovers ?? null,
    objects: store?.objects ?? null,
    journal: {
      runs: statistics.runs,
      entries: journal.entries,
      damaged: damage.filter(({ kind }) => kind === 'journal').length,
      tips: catalog.tips().map(({ sha256 }) => sha256),
    },
    damage,
  };
}

function amounts({
  media,
  absent,
  marks,
  stored,
}: CatalogStatistics): Pick<ArchiveStatus, 'media' | 'marks' | 'bytes'> {
  const { records, media: mediaObjects, journal } = stored;
  return {
    media: {
      archived: media.objects,
      bytes: media.bytes,
      absent: absent.media,
      provisional: absent.provisional,
    },
    marks,
    bytes: {
      stored: records.bytes + mediaObjects.bytes + journal.bytes,
      records: records.bytes,
      media: mediaObjects.bytes,
      journal: journal.bytes,
    },
  };
}

function failures(
  catalog: Catalog,
  { interactions, versions, erased }: CatalogStatistics,
): Pick<ArchiveStatus, 'interactions' | 'open_failures' | 'given_up'> {
  const all = catalog.openFailures();
  const named = (givenUp: number): StatusFailure[] =>
    all
      .filter(({ given_up }) => given_up === givenUp)
      .map(({ interaction_id, reason }) => ({ interaction_id, ...splitReason(reason) }));
  const open_failures = named(0);
  const given_up = named(1);
  return {
    interactions: {
      archived: interactions,
      versions,
      failed: open_failures.length,
      given_up: given_up.length,
      erased,
    },
    open_failures,
    given_up,
  };
}

function pastVerifies(
  file: string,
  archiveId: string,
): Pick<ArchiveStatus, 'last_verify' | 'last_full_verify'> {
  using past = new PastVerifies(file, archiveId);
  const all = past.all();
  return {
    last_verify: all[0] ?? null,
    last_full_verify: all.find((verify) => verify.depth === 'full' && !isPart(verify)) ?? null,
  };
}
