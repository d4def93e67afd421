import { createArchive } from '@cxvault/core';
import type { Secret } from '@cxvault/plugin-api';
import type { CommandContext } from '../context.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { unlockChoice } from '../session/open-archive.ts';
import { archiveOf, openStore } from '../session/open-store.ts';
import { readUnlock } from '../settings/unlock.ts';

/** `init --json`. */
export interface InitResult {
  readonly archive: string;
  readonly archive_id: string;
  /** The ways to unlock it that were set up. */
  readonly slots: readonly ('password' | 'keyfile')[];
  readonly label: string | null;
}

/** The flags of `init`, and a password that a person typed. */
export interface InitChoice extends ArchiveFlagValues {
  readonly label?: string;
  readonly password?: Secret;
}

/** Creates an archive. Throws `ARCHIVE_EXISTS`, and leaves what is there alone. */
export async function init(context: CommandContext, flags: InitChoice): Promise<InitResult> {
  const url = archiveOf(context, flags.archive);
  const { password } = flags;
  const unlock = password === undefined ? await readUnlock(unlockChoice(context, flags)) : { password };
  const { store } = await openStore(context, url);
  try {
    const archive = await createArchive(store, { unlock, label: flags.label });
    return {
      archive: url.href,
      archive_id: archive.id,
      slots: [
        ...(unlock.password === undefined ? [] : (['password'] as const)),
        ...(unlock.keyFile === undefined ? [] : (['keyfile'] as const)),
      ],
      label: flags.label ?? null,
    };
  } finally {
    await store.close();
  }
}
