import { type Archive, type Catalog, syncCatalog, type SyncResult } from '@cxvault/core';
import type { CommandContext } from '../context.ts';
import type { ArchiveFlagValues } from '../flags/archive-flags.ts';
import { watchInterruption } from '../interruption.ts';
import { type CacheFiles, openCacheFolder } from './cache-folder.ts';
import { openSession } from './open-archive.ts';
import { openCatalog } from './open-catalog.ts';

/** An open archive with its catalog up to the journal; dispose of it when done. */
export interface CurrentCatalog extends AsyncDisposable {
  readonly archive: Archive;
  /** The address that it was opened by. */
  readonly url: URL;
  readonly cache: CacheFiles;
  readonly catalog: Catalog;
  /** What the journal showed. */
  readonly journal: SyncResult;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** Opens the archive that flags, environment or configuration name, and reads its journal. Takes no lock. */
export async function openCurrentCatalog(
  context: CommandContext,
  flags: ArchiveFlagValues,
): Promise<CurrentCatalog> {
  const cache = await openCacheFolder(context.oclif);
  await using opened = new AsyncDisposableStack();
  const { archive, url } = opened.use(await openSession(context, flags));
  const { signal } = opened.use(watchInterruption(context.warn));
  const { catalog } = opened.use(openCatalog(cache, archive));
  const journal = await syncCatalog(archive, catalog, signal);
  const kept = opened.move();
  return {
    archive,
    url,
    cache,
    catalog,
    journal,
    signal,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
