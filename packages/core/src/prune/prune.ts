import { newId } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type { SourceLog } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import { Catalog } from '../catalog/catalog.ts';
import { syncCatalog } from '../catalog/sync.ts';
import type { Clock } from '../clock.ts';
import type { Damage } from '../damage.ts';
import { RunLock } from '../lock.ts';
import { storeNow } from '../lock-file.ts';
import { checkJournal } from '../verify/check-journal.ts';
import { Tally } from '../verify/tally.ts';
import { findOldLocks, findUnnamedData } from './leftovers.ts';
import type { Leftover, PruneContext, UnnamedData, UnnamedSegment } from './leftovers.ts';
import { isRetained, markRetained } from './retained.ts';
import { findUnusedRings } from './unused-rings.ts';
import type { UnusedRings } from './unused-rings.ts';

/** A day: a writer never commits what it stored more than 12 h ago (archive-format, "Journal"). */
export const pruneFloorMs = 86_400_000;
/** So many removals at a time, between looks at the lock. */
const batch = 50;

export interface PruneOptions {
  /** Only what is older by the store's clock, in milliseconds; at least a day. */
  readonly olderThanMs: number;
  /** Remove. Without it leftovers are only listed. */
  readonly remove: boolean;
  /** Also segments that hold records. */
  readonly records: boolean;
  /** The catalog kept in the cache folder: it remembers entries that it saw. */
  readonly remembered?: Catalog;
  readonly clock: Clock;
  readonly log?: SourceLog;
  readonly signal?: AbortSignal;
}

/** What there was to remove, and what was removed. */
export interface PruneResult {
  /** The store's time when it was looked through. */
  readonly store_time: string;
  readonly leftovers: readonly Leftover[];
  /** Segments that hold records, told apart: they are removed when asked for only. */
  readonly with_records: readonly UnnamedSegment[];
  /** What no entry names, but is too young to be sure. */
  readonly younger: { readonly objects: number; readonly bytes: number };
  /** Why ring objects are all kept; null when it could be told which are in use. */
  readonly rings_kept: string | null;
  readonly removed: { readonly objects: number; readonly bytes: number };
  /** Those of the leftovers and of the segments with records that the store still retains: they stay. */
  readonly retained: { readonly objects: number; readonly bytes: number };
}

/**
 * Finds what crashed runs left behind, and removes it. Takes the run lock. Reads the whole journal first, and once
 * more right before removing: another run may have committed meanwhile. Nothing below `runs/` is ever touched, nor
 * anything that an entry names, nor what the store retains, nor ring objects with keys of what stays.
 *
 * Throws `ARCHIVE_LOCKED`, and `JOURNAL_DAMAGED` while an entry is damaged or missing or one that was seen is gone:
 * what such an entry names would be taken for leftovers.
 */
export async function pruneArchive(archive: Archive, options: PruneOptions): Promise<PruneResult> {
  const { clock, log } = options;
  const lock = await RunLock.acquire(archive.store, { runId: newId(), clock, ...(log && { log }) });
  const catalog = Catalog.open('', archive.id);
  try {
    await refuseDamage(archive, catalog, options);
    return await prune(archive, catalog, lock, options);
  } finally {
    catalog.close();
    await lock.release();
  }
}

async function prune(
  archive: Archive,
  catalog: Catalog,
  lock: RunLock,
  options: PruneOptions,
): Promise<PruneResult> {
  const now = await storeNow(archive.store);
  const olderThan = now - Math.max(options.olderThanMs, pruneFloorMs);
  const context = { archive, catalog, olderThan, signal: options.signal };
  const data = await markRetained(context, await findUnnamedData(context), now);
  const leaving = new Set(leavingData(data, options).map(({ object_key }) => object_key));
  const rings = await ringsToRemove(context, lock, leaving);
  const locks = await findOldLocks(context);
  const found = { data, rings, locks };
  if (!options.remove) return resultOf(now, found, []);
  const fresh = await withoutNewlyNamed(context, found);
  const removed: { readonly object_key: string; readonly bytes: number }[] = leavingData(fresh.data, options);
  // ring objects last: whatever happens in between, what is there can be opened
  removed.push(...fresh.rings.rings, ...fresh.locks);
  await removeAll(context, lock, removed);
  return resultOf(now, fresh, removed);
}

interface Found {
  readonly data: UnnamedData;
  readonly rings: UnusedRings;
  readonly locks: readonly Leftover[];
}

/** What goes of `data/`: not what is retained, and segments with records only when they are asked for. */
function leavingData({ leftovers, withRecords }: UnnamedData, { records }: PruneOptions) {
  return [...leftovers, ...(records ? withRecords : [])].filter((found) => !isRetained(found));
}

async function refuseDamage(
  archive: Archive,
  catalog: Catalog,
  { remembered, signal }: PruneOptions,
): Promise<void> {
  const tally = new Tally();
  await checkJournal({ archive, catalog, tally, signal }, { remembered });
  refuse(tally.found());
}

function refuse(damage: readonly Damage[]): void {
  const [first] = damage;
  if (!first) return;
  throw new CxvaultError(
    'JOURNAL_DAMAGED',
    `nothing is pruned while the journal is damaged: ${first.detail}`,
    {
      context: { object_key: first.object_key, problem: first.problem, findings: damage.length },
      hint: 'what a lost entry names looks like a leftover: run cxvault verify, and put back what it names from a copy',
    },
  );
}

/** Without conditional create the lock keeps nobody away for sure, and a ring object may be in use by another run. */
async function ringsToRemove(
  context: PruneContext,
  lock: RunLock,
  leaving: ReadonlySet<string>,
): Promise<UnusedRings> {
  const unused = await findUnusedRings(context, (key) => leaving.has(key));
  if (!lock.bestEffort || unused.rings.length === 0) return unused;
  return { rings: [], kept: 'the store cannot keep another run away for sure' };
}

/** Reads the journal again: what an entry names now is no leftover. */
async function withoutNewlyNamed(context: PruneContext, { data, rings, locks }: Found): Promise<Found> {
  const { archive, catalog, signal } = context;
  const before = catalog.entryCount();
  refuse((await syncCatalog(archive, catalog, signal)).damage);
  const unnamed = ({ object_key }: { readonly object_key: string }): boolean => !catalog.isNamed(object_key);
  return {
    data: {
      ...data,
      leftovers: data.leftovers.filter(unnamed),
      withRecords: data.withRecords.filter(unnamed),
    },
    rings:
      catalog.entryCount() === before
        ? rings
        : { rings: [], kept: 'another run has committed meanwhile; prune again' },
    locks,
  };
}

async function removeAll(
  { archive, signal }: PruneContext,
  lock: RunLock,
  objects: readonly { readonly object_key: string }[],
): Promise<void> {
  for (let at = 0; at < objects.length; at += batch) {
    signal?.throwIfAborted();
    await lock.check();
    await Promise.all(
      objects.slice(at, at + batch).map(({ object_key }) => archive.store.remove(object_key)),
    );
  }
}

function resultOf(
  now: number,
  { data, rings, locks }: Found,
  removed: readonly { readonly bytes: number }[],
): PruneResult {
  return {
    store_time: new Date(now).toISOString(),
    leftovers: [...data.leftovers, ...rings.rings, ...locks],
    with_records: data.withRecords,
    younger: data.younger,
    rings_kept: rings.kept,
    removed: totalOf(removed),
    retained: totalOf([...data.leftovers, ...data.withRecords].filter(isRetained)),
  };
}

function totalOf(objects: readonly { readonly bytes: number }[]): PruneResult['removed'] {
  return { objects: objects.length, bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0) };
}
