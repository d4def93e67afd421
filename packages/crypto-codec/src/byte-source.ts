import { CodecError } from './codec-error.ts';

/** Where the bytes of one object are read from. */
export interface ByteSource {
  /** The object's real size, as the store tells it; bytes. */
  readonly size: number;
  /** The bytes [offset, offset + length), all of them inside the object. May be called again and in parallel. */
  read(offset: number, length: number): Promise<AsyncIterable<Uint8Array>>;
}

/** A source of bytes that are in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(onePiece(bytes.subarray(offset, offset + length))),
  };
}

// eslint would have this async generator await something; a single piece needs no waiting
function onePiece(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => piecesOf([bytes]) };
}

function piecesOf(pieces: readonly Uint8Array[]): AsyncIterator<Uint8Array> {
  const iterator = pieces[Symbol.iterator]();
  return { next: () => Promise.resolve(iterator.next()) };
}

/** Reads exactly [offset, offset + length). Memory is taken as bytes arrive. Throws a CodecError (`truncated`). */
export async function readExactly(source: ByteSource, offset: number, length: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of readChecked(source, offset, length)) parts.push(piece);
  return Buffer.concat(parts);
}

/** Streams exactly [offset, offset + length). Throws a CodecError when the source gives fewer or more bytes. */
export async function* readChecked(
  source: ByteSource,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  let missing = length;
  if (length === 0) return;
  for await (const piece of await source.read(offset, length)) {
    missing -= piece.length;
    if (missing < 0) throw new CodecError('size', 'object', 'the store gave more bytes than were asked for');
    yield piece;
  }
  if (missing > 0)
    throw new CodecError('truncated', 'object', `the store gave ${missing} bytes fewer than the object has`);
}

/**
 * A source whose last `size` bytes are read once and kept, so that trailer, index and a small object as a whole cost a
 * single request.
 */
export async function withTail(source: ByteSource, size: number): Promise<ByteSource> {
  const start = Math.max(0, source.size - size);
  const tail = await readExactly(source, start, source.size - start);
  return {
    size: source.size,
    read: (offset, length) => Promise.resolve(readBefore(source, offset, length, { start, tail })),
  };
}

async function* readBefore(
  source: ByteSource,
  offset: number,
  length: number,
  kept: { readonly start: number; readonly tail: Buffer },
): AsyncGenerator<Uint8Array> {
  const end = offset + length;
  if (offset < kept.start) yield* readChecked(source, offset, Math.min(end, kept.start) - offset);
  if (end > kept.start) yield kept.tail.subarray(Math.max(offset - kept.start, 0), end - kept.start);
}
