import {
  syncCatalog,
  systemClock,
  verifyArchive,
  type VerifyOptions,
  type VerifyReport,
} from '@cxvault/core';
import type { CommandContext } from '../context.ts';
import { exitIncomplete } from '../exit-codes.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { watchInterruption } from '../interruption.ts';
import { presentVerifyProgress } from '../present/verify-progress.ts';
import { type Progress, showProgress } from '../progress.ts';
import { openCacheFolder } from '../session/cache-folder.ts';
import { openSession } from '../session/open-archive.ts';
import { openCatalog } from '../session/open-catalog.ts';
import { parsePeriod } from '../settings/moment.ts';
import { type VerifyFlagValues, verifySettings } from '../settings/verify-settings.ts';

export type { VerifyReport };

/** The flags of `verify`. */
export interface VerifyFlags extends ArchiveFlagValues, VerifyFlagValues {
  readonly since?: string;
  readonly until?: string;
  readonly 'expect-tip'?: string;
}

/** Proves an archive whole by reading it back. */
export async function verify(
  context: CommandContext,
  flags: VerifyFlags,
): Promise<{ report: VerifyReport; exit: number }> {
  const settings = verifySettings(flags, context.settings.config);
  const period = parsePeriod(flags, systemClock.now());
  const cache = await openCacheFolder(context.oclif);
  await using session = await openSession(context, flags);
  using interruption = watchInterruption(context.warn);
  using catalog = openCatalog(cache, session.archive);
  using progress = showProgress();
  const report = await verifyArchive(session.archive, {
    ...settings,
    archive: session.url.href,
    since: period.from,
    until: period.to,
    expectTip: flags['expect-tip'],
    remembered: catalog.catalog,
    proofsFile: cache.proofs,
    signal: interruption.signal,
    onProgress: showing(progress),
  });
  // From now on this machine remembers what it saw: an entry that is gone later is damage.
  await syncCatalog(session.archive, catalog.catalog, interruption.signal);
  return { report, exit: report.ok ? 0 : exitIncomplete };
}

function showing(progress: Progress): VerifyOptions['onProgress'] {
  return (state) => {
    progress.update(presentVerifyProgress(state));
  };
}
