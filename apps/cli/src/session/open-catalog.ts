import { type Archive, Catalog } from '@cxvault/core';
import type { CacheFiles } from './cache-folder.ts';

/** An open catalog; dispose of it when done. */
export interface OpenCatalog extends Disposable {
  readonly catalog: Catalog;
}

/** The catalog of an archive in the user's cache folder: as it was left, not yet brought up to the journal. */
export function openCatalog(cache: CacheFiles, archive: Archive): OpenCatalog {
  const catalog = Catalog.open(cache.catalog(archive.id), archive.id);
  return {
    catalog,
    [Symbol.dispose]: () => {
      catalog.close();
    },
  };
}
