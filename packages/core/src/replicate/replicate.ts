import { newId } from '@cxvault/crypto-codec';
import type { ObjectStore, SourceLog } from '@cxvault/plugin-api';

import type { Archive, Unlock } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { syncCatalog } from '../catalog/sync.ts';
import type { Clock } from '../clock.ts';
import type { Damage } from '../damage.ts';
import { descriptorKey, runsPrefix } from '../layout.ts';
import { RunLock } from '../lock.ts';
import { CopyTally } from './copy-context.ts';
import type { CopyContext, CopyProgress, StoppedRun } from './copy-context.ts';
import { copyChecked } from './copy-object.ts';
import { copyKeys } from './copy-keys.ts';
import { RunCopier } from './copy-runs.ts';
import { HeldObjects } from './held-objects.ts';
import { placeFor } from './same-archive.ts';

export interface ReplicateOptions {
  /** Opens the source, and the target where it has slots of its own. */
  readonly unlock: Unlock;
  /** Of the archive; it is brought up to the source's journal. */
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log?: SourceLog;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** What `replicate` did: the counts of `replicate --json`. */
export interface ReplicateResult {
  readonly archive_id: string;
  /** True when nothing was found damaged or missing: then the target holds all that the source holds. */
  readonly ok: boolean;
  /** True when there was no archive at the target before. */
  readonly created: boolean;
  readonly slots: { readonly added: number; readonly removed: number };
  readonly rings: { readonly copied: number; readonly held: number };
  /** Segments and media. `held`: they were there before; `replaced`: of the copied ones, those in place of another size. */
  readonly objects: { readonly copied: number; readonly held: number; readonly replaced: number };
  readonly entries: { readonly copied: number; readonly held: number };
  readonly reports: number;
  /** Stored bytes that were copied. */
  readonly bytes: number;
  /** What is damaged or missing at the source and was not copied. */
  readonly damage: readonly Damage[];
  /** Runs of which the target lacks the entries from this one on, because of that. */
  readonly stopped: readonly StoppedRun[];
}

/**
 * Copies what the target lacks of the archive, byte by byte, each object checked on the way: key slots and ring objects,
 * then what each journal entry names, then the entry; the descriptor last. It can be stopped at any point and goes on
 * from there: the target is no archive until it is a whole one, and then always a whole, older one. Takes the
 * target's run lock; the source is only read.
 *
 * Throws `CONFIG_INVALID` when another archive lies at the target, `ARCHIVE_LOCKED`, `KEY_WRONG`, and the stores' errors.
 */
export async function replicateArchive(
  from: Archive,
  to: ObjectStore,
  options: ReplicateOptions,
): Promise<ReplicateResult> {
  const { clock, log, signal, catalog } = options;
  const place = await placeFor(from, to);
  const lock = await RunLock.acquire(to, { runId: newId(), clock, ...(log && { log }) });
  try {
    const tally = new CopyTally(options.onProgress);
    const context = { from, catalog, to, clock, signal, tally, check: () => lock.check() };
    // before ring objects are looked for: what an entry that is known now was sealed with is there then
    for (const damage of (await syncCatalog(from, catalog, signal)).damage) tally.found(damage);
    await copyKeys(context, options.unlock);
    await copyContent(context);
    if (place === 'room') await copyDescriptor(context);
    return resultOf(from, tally, place === 'room');
  } finally {
    await lock.release();
  }
}

/** Copies what the catalog's entries name, and the entries. */
export async function copyContent(context: CopyContext): Promise<void> {
  using held = await HeldObjects.list(context.to, ['data/', runsPrefix], context.signal);
  await new RunCopier(context, held).copyAll();
}

async function copyDescriptor({ from, to, clock, signal, check }: CopyContext): Promise<void> {
  const bytes = (await from.store.stat(descriptorKey))?.size ?? 0;
  await check();
  await copyChecked(
    from.store,
    to,
    { key: descriptorKey, bytes, sha256: from.descriptorSha256 },
    { clock, signal },
  );
}

function resultOf(from: Archive, tally: CopyTally, created: boolean): ReplicateResult {
  const { slots, rings, objects, entries, reports, bytes, damage, stopped } = tally;
  return {
    archive_id: from.id,
    ok: damage.length === 0,
    created,
    slots,
    rings,
    objects,
    entries,
    reports,
    bytes,
    damage,
    stopped,
  };
}
