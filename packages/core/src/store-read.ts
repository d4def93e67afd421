import { CxvaultError } from '@cxvault/plugin-api';
import type { CallOptions, ObjectStore } from '@cxvault/plugin-api';

/**
 * A whole small object in memory; undefined when there is none. Throws `FORMAT_INVALID` for one larger than
 * `limit` bytes, before reading on.
 */
export async function readSmallObject(
  store: ObjectStore,
  key: string,
  limit: number,
  options: CallOptions = {},
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of await store.get(key, options)) {
      size += chunk.length;
      if (size > limit) {
        throw new CxvaultError('FORMAT_INVALID', 'the object is larger than it can be', {
          context: { object_key: key, limit },
        });
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (store.classify(error) === 'not-found') return undefined;
    throw error;
  }
  return Buffer.concat(chunks);
}
