import { restoreInteractions, type RestoreReport, systemClock } from '@cxvault/core';
import type { CommandContext } from '../context.ts';
import { exitIncomplete } from '../exit-codes.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { count, size } from '../present/layout.ts';
import { showProgress } from '../progress.ts';
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
