import { Mirror, openArchive, systemClock, withRetention } from '@cxvault/core';
import { isCxvaultError, type ObjectStore } from '@cxvault/plugin-api';
import type { CommandContext } from '../context.ts';
import type { UnlockFlagValues } from '../flags/archive-flags.ts';
import { place, shellWord } from '../present/layout.ts';
import { readUnlock } from '../settings/unlock.ts';
import { type ArchiveSession, openSessionAt, retaining, unlockChoice, warnOfSlots } from './open-archive.ts';
import { archivesOf, openStore } from './open-store.ts';

/** An open archive to archive into; dispose of it to free the stores' connections. */
export interface RunSession extends ArchiveSession {
  /** Where the archive lies in several places. `url` is the first of them. */
  readonly mirror?: Mirror;
  /** All of them. */
  readonly urls: readonly URL[];
}

/** The flags of a run that name the archive. */
export interface RunArchiveFlags extends UnlockFlagValues {
  readonly archive?: readonly string[];
}

/** One that is away cannot be asked whether it retains; each object is read back when it is there again. */
async function retainingIfThere(store: ObjectStore, retainMs: number | undefined): Promise<ObjectStore> {
  try {
    return await retaining(store, retainMs);
  } catch (error) {
    if (retainMs === undefined || !isCxvaultError(error) || !error.code.startsWith('STORE_')) throw error;
    return withRetention(store, { retainMs, clock: systemClock });
  }
}

/** Opens the archive that a run works on, in one place or in several. */
export async function openRunSession(
  context: CommandContext,
  flags: RunArchiveFlags,
  settings: { readonly retainMs?: number | undefined } = {},
): Promise<RunSession> {
  const urls = archivesOf(context, flags.archive);
  const [url] = urls;
  if (urls.length === 1) return { ...(await openSessionAt(context, flags, url, settings)), urls };
  const unlock = await readUnlock(unlockChoice(context, flags));
  await using opened = new AsyncDisposableStack();
  const places = [];
  for (const each of urls) {
    const { store } = await openStore(context, each);
    opened.defer(() => store.close());
    places.push({ url: each.href, store: await retainingIfThere(store, settings.retainMs) });
  }
  const mirror = await Mirror.open(places, {
    clock: systemClock,
    log: context.log,
    onWarning: context.warn,
    copyCommand,
  });
  const archive = await openArchive(mirror.store, unlock);
  warnOfSlots(context, archive);
  const kept = opened.move();
  return { archive, url, urls, mirror, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function copyCommand(from: string, to: string): string {
  return `cxvault replicate --from ${shellWord(place(from))} --to ${shellWord(place(to))}`;
}
