import { orAborted } from './or-aborted.ts';

/** A piece of a body, as long as was asked for; the last one may be shorter, and is empty for an empty body. */
export interface Block {
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/**
 * Copies a body into blocks of `blockBytes`, to be uploaded one by one: sources use their buffers again. Holds two of
 * them at most: a block is good until the next but one is asked for. A body that hangs is not waited for once `stop` is
 * aborted.
 */
export async function* blocksOf(
  body: AsyncIterable<Uint8Array>,
  blockBytes: number,
  stop: AbortSignal,
): AsyncGenerator<Block> {
  const iterator = body[Symbol.asyncIterator]();
  let [block, spare] = [Buffer.allocUnsafeSlow(blockBytes), Buffer.alloc(0)];
  let filled = 0;
  try {
    for (;;) {
      const next = await orAborted(iterator.next(), stop);
      if (next.done === true) break;
      for (let rest = next.value; rest.length > 0;) {
        if (filled === blockBytes) {
          yield { bytes: block, last: false };
          if (spare.length === 0) spare = Buffer.allocUnsafeSlow(blockBytes);
          [block, spare, filled] = [spare, block, 0];
        }
        const taken = rest.subarray(0, blockBytes - filled);
        block.set(taken, filled);
        filled += taken.length;
        rest = rest.subarray(taken.length);
      }
    }
    yield { bytes: block.subarray(0, filled), last: true };
  } finally {
    // What the body has to say when it is closed comes too late: the upload failed for another reason.
    const closed = Promise.resolve(iterator.return?.()).catch(() => {});
    if (!stop.aborted) await closed;
  }
}
