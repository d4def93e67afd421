import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { joined } from '../verify/check-listing.ts';

const day = 24 * 3_600_000; // milliseconds; what is younger may belong to a run under way (architecture: "prune")

/** What a listing of the store shows beside what the journal names. */
export interface StoreListing {
  /** Objects that no entry names: of crashed runs, or of a run under way. `prunable` ones are older than a day. */
  readonly leftovers: { readonly objects: number; readonly bytes: number; readonly prunable: number };
  /** Objects that an entry names and that are gone, or have another size. */
  readonly objects: { readonly missing: number; readonly wrong_size: number };
}

/** Lists `data/` once against the catalog, which must be up to the journal. `now`: milliseconds since 1970. */
export async function compareListing(
  archive: Archive,
  catalog: Catalog,
  options: {
    readonly now: number;
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((objects: number) => void) | undefined;
  },
): Promise<StoreListing> {
  const { now, signal, onProgress } = options;
  const leftovers = { objects: 0, bytes: 0, prunable: 0 };
  const wrong = { missing: 0, wrong_size: 0 };
  let listed = 0;
  const listing = archive.store.list('data/', { ...(signal && { signal }) });
  for await (const { named, stored } of joined(catalog.objects(), listing)) {
    signal?.throwIfAborted();
    if (stored) onProgress?.((listed += 1));
    if (stored && !named) {
      leftovers.objects += 1;
      leftovers.bytes += stored.size;
      if (now - stored.modifiedAt.getTime() > day) leftovers.prunable += 1;
    } else if (named && !catalog.isErasedObject(named.key)) {
      if (!stored) wrong.missing += 1;
      else if (stored.size !== named.bytes) wrong.wrong_size += 1;
    }
  }
  return { leftovers, objects: wrong };
}
