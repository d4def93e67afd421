import type { CobblestoneOpener } from './cobblestone-opener.ts';
import { CodecError } from './codec-error.ts';
import { decompressFrame } from './frames.ts';
import type { ContentEncoding } from './header.ts';
import type { ObjectIndex } from './index-message.ts';
import { PieceBuffer } from './piece-buffer.ts';

const pieceSize = 64 * 1024; // bytes; see object-sealer.ts

/** Opens a message's chunks as they arrive, and gathers the plaintext into pieces. */
export async function* openedPieces(
  opener: CobblestoneOpener,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const pieces = new PieceBuffer(pieceSize);
  const gather = (plaintext: Uint8Array): void => {
    pieces.write(plaintext);
  };
  for await (const bytes of sealed) {
    opener.write(bytes, gather);
    yield* pieces.take();
  }
  opener.end();
  yield* pieces.takeAll();
}

/** The original content, decompressed frame by frame; its digest is the caller's to check. */
export function decodedContent(
  plaintext: AsyncIterable<Buffer>,
  encoding: ContentEncoding,
  frames: ObjectIndex['frames'],
): AsyncIterable<Buffer> {
  return encoding === 'identity' ? plaintext : decompressed(plaintext, frames);
}

/** The original of compressed content. One frame ahead: the thread pool decompresses a frame while this thread decrypts the next. */
export async function* decompressed(
  plaintext: AsyncIterable<Buffer>,
  frames: ObjectIndex['frames'],
): AsyncGenerator<Buffer> {
  let before: Promise<Buffer> | undefined;
  let number = 0;
  for await (const frame of cutFrames(plaintext, frames)) {
    const raw = decompressFrame(frame, frames[number]?.[2] ?? 0);
    raw.catch(() => undefined); // reported when it is awaited
    number += 1;
    if (before !== undefined) yield await before;
    before = raw;
  }
  if (before !== undefined) yield await before;
}

async function* cutFrames(
  plaintext: AsyncIterable<Buffer>,
  frames: ObjectIndex['frames'],
): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let missing = frames[0]?.[1] ?? 0;
  let number = 0;
  for await (const piece of plaintext) {
    for (let at = 0; at < piece.length;) {
      if (missing === 0) throw new CodecError('index', 'index', 'the data is longer than its frames');
      const part = piece.subarray(at, at + missing);
      parts.push(part);
      at += part.length;
      missing -= part.length;
      if (missing > 0) continue;
      yield Buffer.concat(parts);
      parts = [];
      number += 1;
      missing = frames[number]?.[1] ?? 0;
    }
  }
}
