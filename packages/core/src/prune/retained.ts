import { eachAtOnce } from '../at-once.ts';
import type { Leftover, PruneContext, UnnamedData } from './leftovers.ts';

const looksAtOnce = 32; // which only wait for the store

type Found = Pick<Leftover, 'object_key' | 'retained_until'>;

/** Marks what the store retains for some time yet, by the store's own `now`: it cannot be removed before. */
export async function markRetained(
  context: PruneContext,
  { leftovers, withRecords, younger }: UnnamedData,
  now: number,
): Promise<UnnamedData> {
  const retainedUntil = await lookAt(context, [...leftovers, ...withRecords], now);
  const marked = <T extends Found>(found: T): T => {
    const until = retainedUntil.get(found.object_key);
    return until === undefined ? found : { ...found, retained_until: until };
  };
  return { leftovers: leftovers.map(marked), withRecords: withRecords.map(marked), younger };
}

export function isRetained({ retained_until }: Found): boolean {
  return retained_until !== undefined;
}

/** Until when the objects are retained that are; lists do not tell. */
async function lookAt(
  { archive: { store }, signal }: PruneContext,
  objects: readonly Found[],
  now: number,
): Promise<ReadonlyMap<string, string>> {
  const retained = new Map<string, string>();
  if (!store.capabilities.retention) return retained;
  await eachAtOnce(objects, looksAtOnce, async ({ object_key }) => {
    signal?.throwIfAborted();
    const until = (await store.stat(object_key, { ...(signal && { signal }) }))?.retention?.until;
    if (until !== undefined && until.getTime() > now) retained.set(object_key, until.toISOString());
  });
  return retained;
}
