import { type RemovedSlot, removeSlot } from '@cxvault/core';
import type { CommandContext } from '../../context.ts';
import type { ArchiveFlagValues } from '../../flags/archive-flags.ts';
import { unlockChoice } from '../../session/open-archive.ts';
import { archiveOf, openStore } from '../../session/open-store.ts';
import { readUnlock } from '../../settings/unlock.ts';

/** `key remove --json`. */
export interface KeyRemoved extends RemovedSlot {
  readonly archive: string;
}

/** Removes a key slot, never the last one. */
export async function keyRemove(
  context: CommandContext,
  slot: string,
  flags: ArchiveFlagValues,
): Promise<KeyRemoved> {
  const url = archiveOf(context, flags.archive);
  const unlock = await readUnlock(unlockChoice(context, flags));
  const { store } = await openStore(context, url);
  try {
    const removed = { archive: url.href, ...(await removeSlot(store, unlock, slot)) };
    if (!removed.opens)
      context.warn('what was given opens none of the slots that are left: see that their secrets are known');
    return removed;
  } finally {
    await store.close();
  }
}
