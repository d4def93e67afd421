import type { Readable } from 'node:stream';

/**
 * The bytes of a stream, to be read once. Throws what `late` gives when none come for `idleMs`, however long the reader
 * itself takes in between.
 */
export async function* readPatiently(
  stream: Readable,
  idleMs: number,
  late: () => Error,
): AsyncGenerator<Uint8Array> {
  const giveUp = () => void stream.destroy(late());
  const iterator: AsyncIterator<Uint8Array> = stream.iterator({ destroyOnReturn: true });
  try {
    for (;;) {
      const timer = setTimeout(giveUp, idleMs);
      const next = await iterator.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    stream.destroy();
  }
}
