import { openArchive, replicateArchive, type ReplicateResult, systemClock } from '@cxvault/core';
import { CxvaultError } from '@cxvault/plugin-api';
import type { CommandContext } from '../context.ts';
import type { UnlockFlagValues } from '../flags/archive-flags.ts';
import { watchInterruption } from '../interruption.ts';
import { presentCopyProgress } from '../present/replicate.ts';
import { showProgress } from '../progress.ts';
import { openCacheFolder } from '../session/cache-folder.ts';
import { retaining, unlockChoice, warnOfSlots } from '../session/open-archive.ts';
import { openCatalog } from '../session/open-catalog.ts';
import { openStore } from '../session/open-store.ts';
import { archiveUrl } from '../settings/archive-url.ts';
import { parseRetention } from '../settings/retention.ts';
import { readUnlock } from '../settings/unlock.ts';

/** The flags of `replicate`. */
export interface ReplicateFlags extends UnlockFlagValues {
  readonly from: string;
  readonly to: string;
  readonly retain?: string;
}

/** `replicate --json`. */
export interface Replicated extends ReplicateResult {
  readonly from: string;
  readonly to: string;
  readonly duration_ms: number;
}

/** Copies to the second archive what it lacks of the first. */
export async function replicate(context: CommandContext, flags: ReplicateFlags): Promise<Replicated> {
  const startedAt = systemClock.now();
  const { folder } = context.settings;
  const from = archiveUrl(flags.from, folder);
  const to = archiveUrl(flags.to, folder);
  if (from.href === to.href) {
    throw new CxvaultError('USAGE', '--from and --to name the same place', {
      hint: 'a copy needs another place',
    });
  }
  const retainMs = flags.retain === undefined ? undefined : parseRetention(flags.retain);
  const unlock = await readUnlock(unlockChoice(context, flags));
  const cache = await openCacheFolder(context.oclif);
  await using opened = new AsyncDisposableStack();
  const source = await openStore(context, from);
  opened.defer(() => source.store.close());
  const target = await openStore(context, to);
  opened.defer(() => target.store.close());
  const archive = await openArchive(source.store, unlock);
  warnOfSlots(context, archive);
  const interruption = opened.use(watchInterruption(context.warn));
  const { catalog } = opened.use(openCatalog(cache, archive));
  const progress = opened.use(showProgress(context));
  const result = await replicateArchive(archive, await retaining(target.store, retainMs), {
    unlock,
    catalog,
    clock: systemClock,
    log: context.log,
    signal: interruption.signal,
    onProgress: (state) => {
      progress.update(() => ({ text: presentCopyProgress(state) }));
    },
  });
  return { from: from.href, to: to.href, ...result, duration_ms: systemClock.now() - startedAt };
}
