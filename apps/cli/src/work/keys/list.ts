import { listSlots, type SlotList } from '@cxvault/core';
import type { CommandContext } from '../../context.ts';
import { type Failure, failureOf } from '../../failure.ts';
import type { ArchiveFlagValues } from '../../flags/archive-flags.ts';
import { unlockChoice } from '../../session/open-archive.ts';
import { archiveOf, openStore } from '../../session/open-store.ts';
import { readGivenUnlock } from '../../settings/unlock.ts';
import { CxvaultError } from '@cxvault/plugin-api';

/** `key list --json`. */
export interface KeyList extends SlotList {
  readonly archive: string;
  /** There when what was given opens none of them. */
  readonly error?: Failure;
}

/** Lists the key slots, and which of them opens with what was given; nothing need be given. */
export async function keyList(context: CommandContext, flags: ArchiveFlagValues): Promise<KeyList> {
  const url = archiveOf(context, flags.archive);
  const unlock = await readGivenUnlock(unlockChoice(context, flags));
  const { store } = await openStore(context, url);
  try {
    const list = await listSlots(store, unlock);
    const opens = unlock === undefined || list.slots.some((slot) => slot.opens === true);
    return { archive: url.href, ...list, ...(!opens && { error: failureOf(wrongKey()) }) };
  } finally {
    await store.close();
  }
}

function wrongKey(): CxvaultError {
  return new CxvaultError('KEY_WRONG', 'no key slot of the archive opens with what was given', {
    hint: 'check the password or key file; without one the slots are only listed',
  });
}
