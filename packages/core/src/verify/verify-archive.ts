import { CxvaultError } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import { Catalog } from '../catalog/catalog.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { checkDescriptor, checkJournal, checkSlots, nameCostOfLostEntries } from './check-journal.ts';
import type { OutsideKnowledge } from './check-journal.ts';
import { checkListing } from './check-listing.ts';
import { checkRings, reportRings } from './check-rings.ts';
import { checkRuns } from './check-runs.ts';
import { checkPlanned } from './check-planned.ts';
import { PastVerifies } from './past-verifies.ts';
import { choosePeriod } from './period.ts';
import type { Period } from './period.ts';
import { Proofs } from './proofs.ts';
import { sampleSize, sampleStatement } from './sample.ts';
import { Tally } from './tally.ts';
import type { VerifyContext } from './verify-context.ts';
import { VerifyPlan } from './verify-plan.ts';
import type { SampleStatement, VerifyDepth, VerifyProgress, VerifyReport } from './verify-report.ts';

const defaultConcurrency = 4; // objects: hashing and deciphering fill one core, the rest waits for the store
const defaultSample = 5; // percent

export interface VerifyOptions extends Period, OutsideKnowledge {
  /** How the report names the archive: its address. */
  readonly archive: string;
  /** @default 'full' */
  readonly depth?: VerifyDepth;
  /** Percent of the objects, for depth `sample`. @default 5 */
  readonly samplePercent?: number;
  /** Where proofs are kept: a SQLite file in the user's cache folder. Without it nothing is resumed or skipped. */
  readonly proofsFile?: string;
  /** Skip what a verify on this machine proved within this time, in milliseconds. Needs `proofsFile`. */
  readonly maxAgeMs?: number;
  /** Objects at the same time. @default 4 */
  readonly concurrency?: number;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Proves an archive whole by reading it back: believes nothing but the objects in the store and the key, goes on
 * after damage, and writes nothing to the archive. Memory does not grow with the archive, but for the list of
 * damage. Throws `INTERRUPTED` when the signal is aborted, and `STORE_…` when the store does not answer; damage is
 * no error but part of the result.
 */
export async function verifyArchive(archive: Archive, options: VerifyOptions): Promise<VerifyReport> {
  const clock = options.clock ?? systemClock;
  const startedAt = clock.now();
  const depth = options.depth ?? 'full';
  const catalog = Catalog.open('', archive.id);
  const plan = new VerifyPlan();
  const proofs = options.proofsFile === undefined ? undefined : new Proofs(options.proofsFile, archive.id);
  try {
    const context = await prepare(archive, catalog, plan, options);
    const sample = await choose(context, options, depth);
    const resumedFrom = await checkPlanned(context, {
      depth: depth === 'sample' ? 'full' : depth,
      proofs,
      maxAgeMs: options.maxAgeMs,
      onProgress: options.onProgress,
      clock,
    });
    reportRings(context);
    const durationMs = clock.now() - startedAt;
    const report = context.tally.report({ archive: options.archive, depth, sample, resumedFrom, durationMs });
    if (options.proofsFile !== undefined) {
      using past = new PastVerifies(options.proofsFile, archive.id);
      past.remember(report, options, clock.now());
    }
    return report;
  } catch (error) {
    throw options.signal?.aborted === true ? interrupted(error) : error;
  } finally {
    proofs?.close();
    plan.close();
    catalog.close();
  }
}

/** Everything that is checked whatever the depth: keys, journal, reports, existence and sizes. */
async function prepare(
  archive: Archive,
  catalog: Catalog,
  plan: VerifyPlan,
  options: VerifyOptions,
): Promise<VerifyContext> {
  const { signal, concurrency = defaultConcurrency } = options;
  signal?.throwIfAborted();
  const rings = await checkRings({ archive, concurrency, signal });
  const context: VerifyContext = { archive, catalog, plan, tally: new Tally(), rings, concurrency, signal };
  checkSlots(context);
  await checkJournal(context, options);
  checkDescriptor(context);
  await checkRuns(context);
  await checkListing(context);
  await nameCostOfLostEntries(context);
  return context;
}

/** Narrows the plan to the period and the sample that were asked for. */
async function choose(
  context: VerifyContext,
  options: VerifyOptions,
  depth: VerifyDepth,
): Promise<SampleStatement | undefined> {
  if (options.since !== undefined || options.until !== undefined) await choosePeriod(context, options);
  if (depth !== 'sample') return undefined;
  const percent = options.samplePercent ?? defaultSample;
  const objects = context.plan.count();
  const drawn = sampleSize(objects, percent);
  context.plan.draw(drawn);
  return sampleStatement(objects, drawn, percent);
}

function interrupted(cause: unknown): CxvaultError {
  return new CxvaultError('INTERRUPTED', 'the verify was interrupted', {
    hint: 'start it again with the same depth: it goes on where it stopped',
    cause,
  });
}
