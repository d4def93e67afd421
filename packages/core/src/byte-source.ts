import type { ByteSource } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

/** How often a read that broke off is taken up again where it stopped. */
const resumptions = 3;

/**
 * A stored object as a source of ranged reads. A read that breaks off in the middle goes on where it stopped, so
 * that one dropped connection in a long check is not taken for damage. `size` is what the store says, or what
 * the caller knows; a read that stays short of it gives what is there.
 */
export function storeSource(store: ObjectStore, key: string, size: number, signal?: AbortSignal): ByteSource {
  return {
    size,
    read: async (offset, length) => {
      const end = Math.min(size, offset + length);
      return readRange(
        store,
        key,
        { offset, end, first: await openRange(store, key, offset, end, signal) },
        signal,
      );
    },
  };
}

async function openRange(
  store: ObjectStore,
  key: string,
  offset: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<Uint8Array>> {
  // a range of no bytes cannot be said in HTTP
  if (end <= offset) return nothing();
  return store.get(key, { range: { offset, length: end - offset }, ...(signal && { signal }) });
}

async function* readRange(
  store: ObjectStore,
  key: string,
  range: { offset: number; end: number; first: AsyncIterable<Uint8Array> },
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let { offset, first: stream } = range;
  for (let breaks = 0; ; breaks += 1) {
    try {
      for await (const chunk of stream) {
        if (offset + chunk.length > range.end) throw tooLong(key);
        offset += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      const kind = store.classify(error);
      const again = (kind === 'transient' || kind === 'throttled') && breaks < resumptions;
      if (!again || signal?.aborted) throw error;
    }
    stream = await openRange(store, key, offset, range.end, signal);
  }
}

function tooLong(key: string): CxvaultError {
  return new CxvaultError('STORE_REFUSED', 'the store gave more bytes than were asked for', {
    context: { key },
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // no bytes
}

/** All bytes of a source, in memory. */
export async function readWhole(source: ByteSource): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await source.read(0, source.size)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
