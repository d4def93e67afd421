import type { ObjectInfo } from '@cxvault/plugin-api';

import { readJournalObject } from '../journal-object.ts';
import { parseRunKey, runsPrefix } from '../layout.ts';
import { eachAtOnce } from '../at-once.ts';
import { DamageFound } from './damage-found.ts';
import { explainDamage } from './explain.ts';
import type { VerifyContext } from './verify-context.ts';

/**
 * Opens the runs' reports, and counts what the format does not know below `runs/`. A run without a report was
 * interrupted, or crashed between its final entry and the report: no damage. (A report without its run's final
 * entry is; the reading of the journal finds that.)
 */
export async function checkRuns(context: VerifyContext): Promise<void> {
  const { archive, concurrency, signal } = context;
  const list = archive.store.list(runsPrefix, { ...(signal && { signal }) });
  await eachAtOnce(list, concurrency, async (info) => {
    const place = parseRunKey(info.key);
    if (!place) context.tally.leftover();
    else if ('report' in place) await checkReport(context, info);
  });
}

async function checkReport(context: VerifyContext, info: ObjectInfo): Promise<void> {
  const { archive, tally, signal } = context;
  try {
    await openReport(context, info);
  } catch (error) {
    const { problem, detail } = await explainDamage({ archive, key: info.key, signal }, error);
    tally.damage({ object_key: info.key, kind: 'report', problem, detail, interactions: [] });
  }
}

async function openReport({ archive, signal }: VerifyContext, { key, size }: ObjectInfo): Promise<void> {
  const read = await readJournalObject(archive, 'report', key, size, signal);
  if ('problem' in read) throw new DamageFound(read.problem, read.detail);
}
