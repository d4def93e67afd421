import {
  type Damage,
  restoreInteractions,
  type RestoreReport,
  syncCatalog,
  systemClock,
} from '@cxvault/core';
import type { CommandContext } from '../context.ts';
import { exitIncomplete } from '../exit-codes.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { watchInterruption } from '../interruption.ts';
import { count, size } from '../present/layout.ts';
import { showProgress } from '../progress.ts';
import { openCacheFolder } from '../session/cache-folder.ts';
import { openSession } from '../session/open-archive.ts';
import { openCatalog } from '../session/open-catalog.ts';
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
  const cache = await openCacheFolder(context.oclif);
  await using session = await openSession(context, flags);
  using interruption = watchInterruption(context.warn);
  using catalog = openCatalog(cache, session.archive);
  const { damage } = await syncCatalog(session.archive, catalog.catalog, interruption.signal);
  warnOfDamage(context, damage);
  using progress = showProgress();
  const report = await restoreInteractions(session.archive, catalog.catalog, {
    out: flags.out,
    ids,
    all: flags.all,
    since: period.from,
    until: period.to,
    signal: interruption.signal,
    onProgress: ({ interactions, files, bytes }) => {
      progress.update(
        `restoring: ${count(interactions)} interactions, ${count(files)} files, ${size(bytes)}`,
      );
    },
  });
  const incomplete = report.failed.length + report.missing.length + report.erased.length + damage.length > 0;
  return { report, exit: incomplete ? exitIncomplete : 0 };
}

/** A damaged journal may hide interactions: what is restored may not be all, or not the newest. */
function warnOfDamage(context: CommandContext, damage: readonly Damage[]): void {
  for (const { object_key, problem, detail } of damage)
    context.warn(`journal ${object_key}: ${problem}, ${detail}`);
}
