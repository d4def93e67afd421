import { type Archive, openArchive, requireRetention, systemClock, withRetention } from '@cxvault/core';
import { CxvaultError, isCxvaultError, type ObjectStore, type Secret } from '@cxvault/plugin-api';
import type { CommandContext } from '../context.ts';
import type { ArchiveFlagValues, UnlockFlagValues } from '../flags/archive-flags.ts';
import { readUnlock } from '../settings/unlock.ts';
import { archivesOf, openStore } from './open-store.ts';

/** An open archive; dispose of it to free the store's connections. */
export interface ArchiveSession extends AsyncDisposable {
  readonly archive: Archive;
  /** The address that it was opened by. */
  readonly url: URL;
}

/**
 * Opens the archive that flags, environment or configuration name, to read it: of several the first that can be read.
 */
export async function openSession(
  context: CommandContext,
  flags: ArchiveFlagValues,
): Promise<ArchiveSession> {
  const [first, ...others] = archivesOf(context, flags.archive);
  try {
    return await openSessionAt(context, flags, first);
  } catch (error) {
    if (others.length === 0 || !isAway(error)) throw error;
    for (const url of others) {
      const session = await openSessionAt(context, flags, url).catch(() => undefined);
      if (session === undefined) continue;
      context.warn(
        `the archive at ${first.href} cannot be read, ${url.href} is read instead: ${error.message}`,
      );
      return session;
    }
    throw error;
  }
}

/** True for what another copy of the archive may not suffer from: all but a wrong key or wrong settings. */
function isAway(error: unknown): error is CxvaultError {
  return isCxvaultError(error) && (error.code.startsWith('STORE_') || error.code.startsWith('ARCHIVE_'));
}

/**
 * Opens the archive at an address. Slots that cannot be read become warnings. What is written into it is retained for
 * `retainMs`; throws `CONFIG_INVALID` when the store cannot do that.
 */
export async function openSessionAt(
  context: CommandContext,
  flags: UnlockFlagValues,
  url: URL,
  { retainMs }: { readonly retainMs?: number | undefined } = {},
): Promise<ArchiveSession> {
  const unlock = await readUnlock(unlockChoice(context, flags));
  const { store } = await openStore(context, url);
  try {
    const archive = await openArchive(await retaining(store, retainMs), unlock);
    warnOfSlots(context, archive);
    return { archive, url, [Symbol.asyncDispose]: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** A store that retains what is written into it. Throws `CONFIG_INVALID` when it cannot do that. */
export async function retaining(store: ObjectStore, retainMs: number | undefined): Promise<ObjectStore> {
  if (retainMs === undefined) return store;
  await requireRetention(store);
  return withRetention(store, { retainMs, clock: systemClock });
}

export function warnOfSlots(context: CommandContext, { warnings }: Archive): void {
  for (const { object_key, detail } of warnings) context.warn(`key slot ${object_key}: ${detail}`);
}

/** The password of envelopes, which know nothing else. Throws `CONFIG_INVALID`. */
export async function envelopePassword(context: CommandContext, flags: UnlockFlagValues): Promise<Secret> {
  const { password } = await readUnlock({ ...unlockChoice(context, flags), keyFile: undefined });
  if (flags['key-file'] === undefined && password !== undefined) return password;
  throw new CxvaultError('CONFIG_INVALID', 'an envelope is opened with a password, not with a key file', {
    hint: 'leave --key-file out; give --password-file FILE or set ARCHIVAL_ENCRYPTION_KEY',
  });
}

/** Where the password or key file of a command comes from. */
export function unlockChoice(
  context: CommandContext,
  flags: UnlockFlagValues,
): Parameters<typeof readUnlock>[0] {
  return { passwordFile: flags['password-file'], keyFile: flags['key-file'], env: context.settings.env };
}
