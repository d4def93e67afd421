import { breakLock, type FoundLock, readDescriptor } from '@cxvault/core';
import type { CommandContext } from '../context.ts';
import { archiveOf, openStore } from '../session/open-store.ts';

/** `unlock --json`. */
export interface Unlocked {
  readonly archive: string;
  /** True when a lock was removed. */
  readonly broken: boolean;
  /** The lock that there was; null when there was none. */
  readonly lock: FoundLock | null;
}

/** Breaks the lock of a run that lives no more. Throws `ARCHIVE_LOCKED` for that of a living one. */
export async function unlock(
  context: CommandContext,
  flags: { readonly archive?: string },
): Promise<Unlocked> {
  const url = archiveOf(context, flags.archive);
  const { store } = await openStore(context, url);
  try {
    await readDescriptor(store);
    const lock = (await breakLock(store)) ?? null;
    return { archive: url.href, broken: lock !== null, lock };
  } finally {
    await store.close();
  }
}
