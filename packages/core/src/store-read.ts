import { CxvaultError } from '@cxvault/plugin-api';
import type { CallOptions, ObjectStore } from '@cxvault/plugin-api';

/** How often the reading of a small object that broke off begins anew. */
const restarts = 3;

/**
 * A whole small object in memory; undefined when there is none. Reading that breaks off begins anew, three times at
 * most. Throws `FORMAT_INVALID` for an object larger than `limit` bytes, before reading on, and the store's errors.
 */
export async function readSmallObject(
  store: ObjectStore,
  key: string,
  limit: number,
  options: CallOptions = {},
): Promise<Uint8Array | undefined> {
  for (let breaks = 0; ; breaks += 1) {
    try {
      return await readOnce(store, key, limit, options);
    } catch (error) {
      const kind = store.classify(error);
      if (kind === 'not-found') return undefined;
      const again = (kind === 'transient' || kind === 'throttled') && breaks < restarts;
      if (!again || options.signal?.aborted) throw error;
    }
  }
}

async function readOnce(
  store: ObjectStore,
  key: string,
  limit: number,
  options: CallOptions,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of await store.get(key, options)) {
    size += chunk.length;
    if (size > limit) {
      throw new CxvaultError('FORMAT_INVALID', 'the object is larger than it can be', {
        context: { object_key: key, limit },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
