import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkKeys, type CopiedKeys, copyKeys, openArchive } from '@cxvault/core';
import type { CommandContext } from '../../context.ts';
import type { ArchiveFlagValues } from '../../flags/archive-flags.ts';
import { watchInterruption } from '../../interruption.ts';
import { unlockChoice } from '../../session/open-archive.ts';
import { archiveOf, openStore } from '../../session/open-store.ts';
import { type GivenUnlock, readUnlock } from '../../settings/unlock.ts';
import { NewFolder } from './new-folder.ts';

/** `key export --json`. */
export interface KeysExported extends CopiedKeys {
  readonly archive: string;
  readonly archive_id: string;
  /** The folder: `cxvault.json` and `keys/`, named as in the archive. */
  readonly out: string;
}

/**
 * Copies `keys/` and the descriptor to a new folder, whole or not at all. Before the folder gets its name, the copy
 * is opened as what it is to be one day: the only way into the archive.
 */
export async function keyExport(
  context: CommandContext,
  flags: ArchiveFlagValues & { readonly out: string },
): Promise<KeysExported> {
  const url = archiveOf(context, flags.archive);
  const unlock = await readUnlock(unlockChoice(context, flags));
  const out = resolve(flags.out);
  const { store } = await openStore(context, url);
  try {
    using interruption = watchInterruption(context.warn);
    await using folder = await NewFolder.make(out);
    await copyKeys(store, folder, interruption.signal);
    const copied = await openCopy(context, folder.path, unlock, interruption.signal);
    await folder.keep();
    return { archive: url.href, out, ...copied };
  } finally {
    await store.close();
  }
}

async function openCopy(
  context: CommandContext,
  folder: string,
  unlock: GivenUnlock,
  signal: AbortSignal,
): Promise<CopiedKeys & { archive_id: string }> {
  const { store } = await openStore(context, pathToFileURL(folder));
  try {
    const archive = await openArchive(store, unlock);
    for (const { object_key, detail } of archive.warnings) context.warn(`key slot ${object_key}: ${detail}`);
    return { archive_id: archive.id, ...(await checkKeys(archive, signal)) };
  } finally {
    await store.close();
  }
}
