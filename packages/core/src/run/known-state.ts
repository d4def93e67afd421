import { syncCatalog } from '../catalog/sync.ts';
import type { Damage } from '../damage.ts';
import { RunLock } from '../lock.ts';
import type { ArchiveLock, RunLockOptions } from '../lock.ts';
import type { RunOptions } from './options.ts';

// What a run does before it looks at the source: it keeps others away and learns what was archived. Of an archive that lies
// in several places, each is brought up to the others then.

export function takeLock(
  { archive, mirror }: Pick<RunOptions, 'archive' | 'mirror'>,
  options: RunLockOptions,
): Promise<ArchiveLock> {
  return mirror ? mirror.lock(options) : RunLock.acquire(archive.store, options);
}

/** Brings the catalog up to the journal. Returns what was found damaged. */
export async function readState({
  archive,
  catalog,
  mirror,
  signal,
}: Pick<RunOptions, 'archive' | 'catalog' | 'mirror' | 'signal'>): Promise<readonly Damage[]> {
  const { damage } = await syncCatalog(archive, catalog, signal);
  if (!mirror) return damage;
  const known = new Set(damage.map(({ object_key }) => object_key));
  const found = await mirror.catchUp({ archive, catalog, signal });
  return [...damage, ...found.filter(({ object_key }) => !known.has(object_key))];
}
