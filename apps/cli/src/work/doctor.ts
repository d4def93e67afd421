import { openArchive } from '@cxvault/core';
import { isCxvaultError, type ObjectStore } from '@cxvault/plugin-api';
import type { CommandContext } from '../context.ts';
import { firstExit } from '../exit-codes.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { openCacheFolder } from '../session/cache-folder.ts';
import { unlockChoice } from '../session/open-archive.ts';
import { openSource } from '../session/open-source.ts';
import { place } from '../present/layout.ts';
import { archivesOf, openStore, type OpenStore } from '../session/open-store.ts';
import { readUnlock } from '../settings/unlock.ts';
import { type CheckOutcome, type DoctorCheck, failed, ok, skipped } from './doctor-checks.ts';
import { checkKeys } from './doctor-keys.ts';
import { checkSource } from './doctor-source.ts';
import { checkListing, checkRetention, checkStore } from './doctor-store.ts';

/** `doctor --json`. */
export interface DoctorResult {
  /** No check failed. */
  readonly ok: boolean;
  readonly checks: readonly DoctorCheck[];
}

/** The flags of `doctor`. */
export interface DoctorFlags extends ArchiveFlagValues {
  readonly profile?: 'interactions' | 'platform';
}

/** Checks all that a run needs; a failed check does not keep the others from being made. */
export async function doctor(
  openContext: () => Promise<CommandContext>,
  flags: DoctorFlags,
): Promise<{ result: DoctorResult; exit: number }> {
  const outcomes = await checkAll(openContext, flags);
  return {
    result: {
      ok: outcomes.every(({ state }) => state !== 'failed'),
      checks: outcomes.map(({ name, state, detail, hint }) => ({ name, state, detail, hint })),
    },
    exit: firstExit(outcomes.map(({ exit }) => exit)),
  };
}

async function checkAll(
  openContext: () => Promise<CommandContext>,
  flags: DoctorFlags,
): Promise<readonly CheckOutcome[]> {
  let context: CommandContext;
  try {
    context = await openContext();
  } catch (error) {
    return [
      failed('settings', error),
      ...['login', 'store', 'archive'].map((name) => skipped(name, 'needs settings')),
    ];
  }
  const settings = ok(
    'settings',
    context.settings.file ?? 'no configuration file; flags and environment only',
  );
  return [settings, ...(await sourceChecks(context, flags)), ...(await archiveChecks(context, flags))];
}

async function sourceChecks(context: CommandContext, flags: DoctorFlags): Promise<readonly CheckOutcome[]> {
  try {
    await using source = await openSource(context, await openCacheFolder(context.oclif), flags);
    return await checkSource(source.source);
  } catch (error) {
    return [failed('login', error), skipped('clock', 'needs an answer of the API')];
  }
}

async function archiveChecks(context: CommandContext, flags: DoctorFlags): Promise<readonly CheckOutcome[]> {
  let urls: readonly URL[];
  try {
    urls = archivesOf(context, flags.archive);
  } catch (error) {
    return [failed('store', error), skipped('archive', 'needs the store')];
  }
  const checked: CheckOutcome[] = [];
  for (const url of urls) {
    const checks = await checksOf(context, flags, url);
    const named = (detail: string): string => (urls.length === 1 ? detail : `${place(url.href)}: ${detail}`);
    checked.push(...checks.map((check) => ({ ...check, detail: named(check.detail) })));
  }
  return checked;
}

async function checksOf(
  context: CommandContext,
  flags: DoctorFlags,
  url: URL,
): Promise<readonly CheckOutcome[]> {
  try {
    const opened = await openStore(context, url);
    try {
      return await storeAndArchive(context, flags, opened);
    } finally {
      await opened.store.close();
    }
  } catch (error) {
    return [failed('store', error), skipped('archive', 'needs the store')];
  }
}

async function storeAndArchive(
  context: CommandContext,
  flags: DoctorFlags,
  { store, url }: OpenStore,
): Promise<readonly CheckOutcome[]> {
  const scheme = url.protocol.slice(0, -1);
  const archive = await checkArchive(context, flags, store);
  // Nothing is written where no archive is: a misspelt path would become a folder.
  if (archive.exit === 10) return [(await checkListing(store, scheme)) ?? onlyListed, archive];
  const keys = archive.state === 'ok' ? await checkKeys(store) : [];
  const { retain } = context.settings.config.run ?? {};
  const retention = retain === undefined ? [] : [await checkRetention(store, retain)];
  return [await checkStore(store, scheme), ...retention, archive, ...keys];
}

const onlyListed = skipped('store', 'it can be listed; writing is tried once there is an archive');

async function checkArchive(
  context: CommandContext,
  flags: DoctorFlags,
  store: ObjectStore,
): Promise<CheckOutcome> {
  try {
    const archive = await openArchive(store, await readUnlock(unlockChoice(context, flags)));
    return ok('archive', `${archive.id} opens with the given key`);
  } catch (error) {
    const outcome = failed('archive', error);
    const nothingThere = isCxvaultError(error) && error.code === 'ARCHIVE_NOT_FOUND';
    return nothingThere ? { ...outcome, hint: 'create it: cxvault init --archive URL' } : outcome;
  }
}
