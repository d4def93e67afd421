import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { type AddedSlot, addSlot, systemClock } from '@cxvault/core';
import { CxvaultError } from '@cxvault/plugin-api';
import type { CommandContext } from '../../context.ts';
import type { ArchiveFlagValues } from '../../flags/archive-flags.ts';
import { unlockChoice } from '../../session/open-archive.ts';
import { archiveOf, openStore } from '../../session/open-store.ts';
import { type GivenUnlock, readUnlock } from '../../settings/unlock.ts';
import { writeOutput } from '../output-file.ts';

const keyFileBytes = 32; // archive-format.md, "Keys"
const longestLabel = 100; // characters

/** The flags of `key add`. */
export interface KeyAddFlags extends ArchiveFlagValues {
  readonly 'new-password-file'?: string;
  readonly 'new-key-file'?: string;
  readonly generate?: boolean;
  readonly label?: string;
}

/** `key add --json`. */
export interface KeyAdded extends AddedSlot {
  readonly archive: string;
  /** The key file that was made; null when none was. */
  readonly generated: string | null;
}

/** Makes one more key slot. A key file that was made for it is removed again when that fails. */
export async function keyAdd(context: CommandContext, flags: KeyAddFlags): Promise<KeyAdded> {
  const url = archiveOf(context, flags.archive);
  const kind = newKind(flags);
  const label = checkedLabel(flags.label ?? '');
  const unlock = await readUnlock(unlockChoice(context, flags));
  const { store } = await openStore(context, url);
  const generated = flags.generate === true ? flags['new-key-file'] : undefined;
  try {
    if (generated !== undefined) await writeOutput(generated, randomKey());
    try {
      const slot = { kind, unlock: await newSecret(flags), label };
      const added = await addSlot(store, unlock, slot, systemClock);
      return { archive: url.href, ...added, generated: generated ?? null };
    } catch (error) {
      if (generated !== undefined) await rm(generated, { force: true });
      throw error;
    }
  } finally {
    await store.close();
  }
}

function newKind(flags: KeyAddFlags): 'password' | 'keyfile' {
  const { generate, 'new-password-file': password, 'new-key-file': keyFile } = flags;
  if (password !== undefined && keyFile === undefined && generate !== true) return 'password';
  if (keyFile !== undefined && password === undefined) return 'keyfile';
  throw new CxvaultError('USAGE', 'say what the new slot is to be opened with', {
    hint: '--new-password-file FILE, or --new-key-file FILE, which --generate makes',
  });
}

async function newSecret(flags: KeyAddFlags): Promise<GivenUnlock> {
  return await readUnlock({
    passwordFile: flags['new-password-file'],
    keyFile: flags['new-key-file'],
    env: {},
    prefix: 'new-',
  });
}

function checkedLabel(label: string): string {
  if (label.length <= longestLabel && !/\p{Cc}/u.test(label)) return label;
  throw new CxvaultError('USAGE', `a label is one line of at most ${String(longestLabel)} characters`, {
    hint: 'write a short word, such as the place where the secret is kept',
  });
}

async function* randomKey(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(randomBytes(keyFileBytes));
}
