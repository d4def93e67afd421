import { type Archive, openArchive, requireRetention, systemClock, withRetention } from '@cxvault/core';
import { CxvaultError, type ObjectStore, type Secret } from '@cxvault/plugin-api';
import type { CommandContext } from '../context.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { readUnlock } from '../settings/unlock.ts';
import { archiveOf, openStore } from './open-store.ts';

/** An open archive; dispose of it to free the store's connections. */
export interface ArchiveSession extends AsyncDisposable {
  readonly archive: Archive;
  /** The address that it was opened by. */
  readonly url: URL;
}

/**
 * Opens the archive that flags, environment or configuration name. Slots that cannot be read become warnings. What is
 * written into it is retained for `retainMs`; throws `CONFIG_INVALID` when the store cannot do that.
 */
export async function openSession(
  context: CommandContext,
  flags: ArchiveFlagValues,
  { retainMs }: { readonly retainMs?: number | undefined } = {},
): Promise<ArchiveSession> {
  const url = archiveOf(context, flags.archive);
  const unlock = await readUnlock(unlockChoice(context, flags));
  const { store } = await openStore(context, url);
  try {
    const archive = await openArchive(await retaining(store, retainMs), unlock);
    for (const { object_key, detail } of archive.warnings) context.warn(`key slot ${object_key}: ${detail}`);
    return { archive, url, [Symbol.asyncDispose]: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function retaining(store: ObjectStore, retainMs: number | undefined): Promise<ObjectStore> {
  if (retainMs === undefined) return store;
  await requireRetention(store);
  return withRetention(store, { retainMs, clock: systemClock });
}

/** The password of envelopes, which know nothing else. Throws `CONFIG_INVALID`. */
export async function envelopePassword(context: CommandContext, flags: ArchiveFlagValues): Promise<Secret> {
  const { password } = await readUnlock({ ...unlockChoice(context, flags), keyFile: undefined });
  if (flags['key-file'] === undefined && password !== undefined) return password;
  throw new CxvaultError('CONFIG_INVALID', 'an envelope is opened with a password, not with a key file', {
    hint: 'leave --key-file out; give --password-file FILE or set ARCHIVAL_ENCRYPTION_KEY',
  });
}

/** Where the password or key file of a command comes from. */
export function unlockChoice(
  context: CommandContext,
  flags: ArchiveFlagValues,
): Parameters<typeof readUnlock>[0] {
  return { passwordFile: flags['password-file'], keyFile: flags['key-file'], env: context.settings.env };
}
