import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { CxvaultError, makeFolders } from '@cxvault/plugin-api';
import type { Config } from '@oclif/core';
import { property } from '../property.ts';

const ownerOnly = 0o700;

/**
 * Paths in the user's cache folder (`XDG_CACHE_HOME` and its like; `CXVAULT_CACHE_DIR` overrides it). What lies
 * there can be rebuilt, but tells ids and times: only the owner may look.
 */
export interface CacheFiles {
  /** What the journals say, one file per archive. */
  catalog(archiveId: string): string;
  /** What verifies have proved. */
  readonly proofs: string;
  /** How much of each tenant's API budget is used, shared by all processes. */
  readonly budgets: string;
}

/** Makes the cache folder. Throws `CONFIG_INVALID`. */
export async function openCacheFolder(oclif: Config): Promise<CacheFiles> {
  const folder = oclif.cacheDir;
  try {
    await makeFolders(folder, ownerOnly);
    await chmod(folder, ownerOnly);
  } catch (cause) {
    throw new CxvaultError('CONFIG_INVALID', 'the cache folder cannot be used', {
      context: { folder, reason: String(property(cause, 'code')) },
      hint: 'make it writable, or name another one in CXVAULT_CACHE_DIR',
      cause,
    });
  }
  return {
    catalog: (archiveId) => join(folder, `catalog-${archiveId}.sqlite`),
    proofs: join(folder, 'proofs.sqlite'),
    budgets: join(folder, 'budgets.sqlite'),
  };
}
