/** The first bytes of a stream, and the whole of it. */
export interface Peeked {
  readonly head: Buffer;
  /** {@link head} and what follows. A stream that breaks throws here, not while it is peeked at. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Reads the first bytes of a stream, fewer only where it ends or breaks. */
export async function peek(chunks: AsyncIterable<Uint8Array>, bytes: number): Promise<Peeked> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let size = 0;
  let end: { readonly error?: unknown } | undefined;
  while (size < bytes && end === undefined) {
    try {
      const next = await iterator.next();
      if (next.done === true) end = {};
      else {
        first.push(next.value);
        size += next.value.byteLength;
      }
    } catch (error) {
      end = { error };
    }
  }
  return { head: Buffer.concat(first), body: whole(first, iterator, end) };
}

async function* whole(
  first: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
  end: { readonly error?: unknown } | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* first;
    if (end && 'error' in end) throw end.error;
    while (end === undefined) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
