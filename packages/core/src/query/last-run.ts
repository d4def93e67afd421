import * as z from 'zod';

import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Damage } from '../damage.ts';
import { readJournalObject } from '../journal-object.ts';
import { reportKey } from '../layout.ts';
import type { LockHolder } from './lock-holder.ts';

const text = z.string().nullable().catch(null);
const number = z.number().nullable().catch(null);

/** What a status repeats of a run's report; other programs may leave parts out. */
const reportSchema = z.object({
  generated_at: text,
  duration_ms: number,
  successful_archives: number,
  failed_archives: number,
  unchanged: number,
  error: z.object({ code: text, message: text }).nullable().catch(null),
});

/** The run with the newest journal entry. */
export interface LastRun {
  readonly run_id: string;
  /** Of its first and its newest entry. */
  readonly first_entry_at: string;
  readonly last_entry_at: string;
  /** `finished`; `broken-off`, with its report; `under-way`; or `interrupted`, without a final entry. */
  readonly ended: 'finished' | 'broken-off' | 'under-way' | 'interrupted';
  /** What its report says; null when it has none. */
  readonly report: z.infer<typeof reportSchema> | null;
}

/** The last run and how it ended; null before there is one. A report that cannot be read is added to `damage`. */
export async function lastRun(
  archive: Archive,
  catalog: Catalog,
  lock: LockHolder | null,
  damage: Damage[],
  signal?: AbortSignal,
): Promise<LastRun | null> {
  const run = catalog.newestRun();
  if (!run) return null;
  const { run_id, first_at: first_entry_at, last_at: last_entry_at } = run;
  const times = { run_id, first_entry_at, last_entry_at };
  if (run.final === 0) {
    const underWay = lock?.state === 'held' && lock.run_id === run_id;
    return { ...times, ended: underWay ? 'under-way' : 'interrupted', report: null };
  }
  const report = await readReport(archive, run_id, damage, signal);
  return { ...times, ended: report?.error ? 'broken-off' : 'finished', report };
}

async function readReport(
  archive: Archive,
  runId: string,
  damage: Damage[],
  signal: AbortSignal | undefined,
): Promise<LastRun['report']> {
  const key = reportKey(runId);
  const info = await archive.store.stat(key, { ...(signal && { signal }) });
  if (!info) return null; // it crashed between its final entry and the report
  const read = await readJournalObject(archive, 'report', key, info.size, signal);
  if (!('problem' in read)) return reportSchema.nullable().catch(null).parse(read.document);
  const { problem, detail } = read;
  damage.push({ object_key: key, kind: 'report', problem, detail, interactions: [] });
  return null;
}
