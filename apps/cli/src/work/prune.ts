import { pruneArchive, type PruneResult, systemClock } from '@cxvault/core';
import { CxvaultError } from '@cxvault/plugin-api';
import type { CommandContext } from '../context.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { watchInterruption } from '../interruption.ts';
import { openCacheFolder } from '../session/cache-folder.ts';
import { openSessionAt } from '../session/open-archive.ts';
import { openCatalog } from '../session/open-catalog.ts';
import { archiveOf } from '../session/open-store.ts';
import { parseDuration } from '../settings/duration.ts';

const dayMs = 86_400_000;

/** The flags of `prune`. */
export interface PruneFlags extends ArchiveFlagValues {
  readonly 'older-than'?: string;
  readonly records?: boolean;
  readonly yes?: boolean;
}

/** `prune --json`. */
export interface Pruned extends PruneResult {
  readonly archive: string;
  readonly older_than_ms: number;
  /** True when nothing was to be removed, but listed only. */
  readonly dry_run: boolean;
}

/** Finds what crashed runs left behind, and removes it with `--yes`. */
export async function prune(context: CommandContext, flags: PruneFlags): Promise<Pruned> {
  const olderThanMs = olderThan(flags['older-than'] ?? '1d');
  const cache = await openCacheFolder(context.oclif);
  await using session = await openSessionAt(context, flags, archiveOf(context, flags.archive));
  using interruption = watchInterruption(context.warn);
  using catalog = openCatalog(cache, session.archive);
  const result = await pruneArchive(session.archive, {
    olderThanMs,
    remove: flags.yes ?? false,
    records: flags.records ?? false,
    remembered: catalog.catalog,
    clock: systemClock,
    log: context.log,
    signal: interruption.signal,
  });
  return { archive: session.url.href, dry_run: !flags.yes, older_than_ms: olderThanMs, ...result };
}

function olderThan(text: string): number {
  const milliseconds = parseDuration(text, '--older-than');
  if (milliseconds >= dayMs) return milliseconds;
  throw new CxvaultError('USAGE', `--older-than is less than a day: ${text}`, {
    hint: 'a run may still commit what is younger: give 1d or more',
  });
}
