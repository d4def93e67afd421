import { stat } from 'node:fs/promises';
import { restoreInteractions, type RestoreReport, systemClock } from '@cxvault/core';
import { CxvaultError } from '@cxvault/plugin-api';
import type { CommandContext } from '../context.ts';
import { exitIncomplete } from '../exit-codes.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { count, size } from '../present/layout.ts';
import { showProgress } from '../progress.ts';
import { property } from '../property.ts';
import { openCurrentCatalog } from '../session/current-catalog.ts';
import { warnOfDamage } from '../session/journal-damage.ts';
import { interactionIds } from '../settings/interaction-ids.ts';
import { parsePeriod } from '../settings/moment.ts';

export type { RestoreReport };

/** The flags of `restore`. */
export interface RestoreFlagValues extends ArchiveFlagValues {
  readonly out: string;
  readonly interaction?: readonly string[];
  readonly all?: boolean;
  readonly since?: string;
  readonly until?: string;
}

/** Writes interactions back into a folder. */
export async function restore(
  context: CommandContext,
  flags: RestoreFlagValues,
): Promise<{ report: RestoreReport; exit: number }> {
  const ids = interactionIds(flags.interaction);
  const period = parsePeriod(flags, systemClock.now());
  await refuseFile(flags.out);
  await using current = await openCurrentCatalog(context, flags);
  const { damage } = current.journal;
  warnOfDamage(context, damage);
  using progress = showProgress(context);
  const report = await restoreInteractions(current.archive, current.catalog, {
    out: flags.out,
    ids,
    all: flags.all,
    since: period.from,
    until: period.to,
    signal: current.signal,
    onProgress: ({ interactions, files, bytes }) => {
      progress.update(
        `restoring: ${count(interactions)} interactions, ${count(files)} files, ${size(bytes)}`,
      );
    },
  });
  const incomplete = report.failed.length + report.missing.length + report.erased.length + damage.length > 0;
  return { report, exit: incomplete ? exitIncomplete : 0 };
}

/** Throws `USAGE` where a file lies, or the path leads through one. What else is wrong shows when it is written. */
async function refuseFile(out: string): Promise<void> {
  const isFile = await stat(out).then(
    (found) => !found.isDirectory(),
    (error: unknown) => property(error, 'code') === 'ENOTDIR',
  );
  if (!isFile) return;
  throw new CxvaultError('USAGE', 'the output folder is a file, or below one', {
    context: { out },
    hint: 'name a folder with --out; it is made if it is not there',
  });
}
