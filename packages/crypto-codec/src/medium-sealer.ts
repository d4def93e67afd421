import { createHash } from 'node:crypto';
import { compressFrame, frameSize } from './frames.ts';
import { newId } from './ids.ts';
import { ObjectSealer } from './object-sealer.ts';
import type { SealTarget } from './object-sealer.ts';
import { PieceBuffer } from './piece-buffer.ts';
import type { SealOptions, SealedSummary } from './seal-options.ts';

/** Compression must save a tenth of the first frame to be worth the reader's work. */
const worthwhileShare = 0.9;

/** What a medium is, for its index. */
export interface MediumName {
  readonly interactionId: string;
  readonly mediaId: string;
  readonly contentType: string;
}

/** A medium on its way into an archive object. */
export interface SealingMedium {
  readonly objectId: string;
  readonly objectKey: string;
  /** The stored object in pieces, to be read once. Pulls the body with back-pressure; memory stays bounded. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What the journal says of the object. Throws an Error before `bytes` has ended. */
  readonly summary: () => SealedSummary;
}

/**
 * Seals one medium (kind 2) as its body arrives. A body that fails makes `bytes` fail with the same error, before the
 * trailer: such an object is never whole. Identity unless the first 1 MiB shrinks by about a tenth.
 */
export function sealMedium(
  body: AsyncIterable<Uint8Array>,
  medium: MediumName,
  options: SealOptions,
): SealingMedium {
  const objectId = newId();
  const target: SealTarget = { kind: 'media', objectId, objectKey: options.objectKeyOf(objectId) };
  let summary: SealedSummary | undefined;
  const bytes = sealedPieces(body, medium, target, options, (done) => {
    summary = done;
  });
  return {
    objectId,
    objectKey: target.objectKey,
    bytes,
    summary: () => {
      if (summary === undefined) throw new Error('the medium has not been read to its end');
      return summary;
    },
  };
}

async function* sealedPieces(
  body: AsyncIterable<Uint8Array>,
  medium: MediumName,
  target: SealTarget,
  options: SealOptions,
  done: (summary: SealedSummary) => void,
): AsyncGenerator<Uint8Array> {
  const original = new OriginalBody(body);
  const pieces = original.pieces();
  try {
    const start = await startOf(pieces, options);
    const sealer = new ObjectSealer(target, start.compressed === undefined ? 'identity' : 'zstd', options);
    yield* start.compressed === undefined
      ? sealIdentity(sealer, start, pieces)
      : sealFrames(
          sealer,
          { rawSize: start.raw.length, sealed: Promise.resolve(start.compressed) },
          start,
          pieces,
        );
    const end = sealer.finish(original.digest(), { medium: indexed(medium) });
    done(end.summary);
    yield* end.pieces;
  } finally {
    // closes the body too when the reader of the pieces gives up early
    await pieces.return(undefined);
  }
}

function indexed(medium: MediumName): { interaction_id: string; media_id: string; content_type: string } {
  return { interaction_id: medium.interactionId, media_id: medium.mediaId, content_type: medium.contentType };
}

/** Counts and hashes the body as it passes. */
class OriginalBody {
  readonly #body: AsyncIterable<Uint8Array>;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body;
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#body) {
      this.#hash.update(piece);
      this.#bytes += piece.length;
      yield piece;
    }
  }

  digest(): { bytes: number; sha256: string } {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}

/** The first 1 MiB of the body, by which the encoding is decided: the header must state it before anything else. */
interface BodyStart {
  /** Less than 1 MiB only if the body ends there. */
  readonly raw: Buffer;
  /** Its frame, if compressing is worth while. */
  readonly compressed?: Buffer;
  /** Holds what came with it. */
  readonly blocks: PieceBuffer;
}

async function startOf(pieces: AsyncGenerator<Uint8Array>, options: SealOptions): Promise<BodyStart> {
  const blocks = new PieceBuffer(frameSize);
  const raw = await firstBlock(pieces, blocks);
  if (options.compression === 'none' || raw.length === 0) return { raw, blocks };
  const compressed = await compressFrame(raw);
  return compressed.length <= raw.length * worthwhileShare ? { raw, compressed, blocks } : { raw, blocks };
}

async function firstBlock(pieces: AsyncGenerator<Uint8Array>, blocks: PieceBuffer): Promise<Buffer> {
  for (;;) {
    const first = blocks.takeOne();
    if (first !== undefined) return first;
    const next = await pieces.next();
    if (next.done === true) return blocks.takeAll()[0] ?? Buffer.alloc(0);
    blocks.write(next.value);
  }
}

/** After the start the body's own pieces are sealed as they come, without copying them into blocks. */
async function* sealIdentity(
  sealer: ObjectSealer,
  start: BodyStart,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  for (const block of [start.raw, ...start.blocks.takeAll()]) sealer.writeIdentity(block);
  yield* sealer.take();
  for await (const piece of rest) {
    sealer.writeIdentity(piece);
    yield* sealer.take();
  }
}

interface Frame {
  readonly rawSize: number;
  readonly sealed: Promise<Buffer>;
}

/** One frame ahead: the thread pool compresses the next frame while this thread encrypts the one before. */
async function* sealFrames(
  sealer: ObjectSealer,
  first: Frame,
  start: BodyStart,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  let current = first;
  for await (const block of blocksOf(start.blocks, rest)) {
    const next = { rawSize: block.length, sealed: compressFrame(block) };
    next.sealed.catch(() => undefined); // reported when it is awaited
    sealer.writeFrame(await current.sealed, current.rawSize);
    yield* sealer.take();
    current = next;
  }
  sealer.writeFrame(await current.sealed, current.rawSize);
  yield* sealer.take();
}

/** Cuts what `blocks` holds and the rest of the stream into blocks, the last one shorter. */
async function* blocksOf(blocks: PieceBuffer, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  yield* blocks.take();
  for await (const piece of rest) {
    blocks.write(piece);
    yield* blocks.take();
  }
  yield* blocks.takeAll();
}
