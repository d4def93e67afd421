import { createHash } from 'node:crypto';
import { newMessage } from './cobblestone-sealer.ts';
import type { CobblestoneSealer } from './cobblestone-sealer.ts';
import { encodeHeader } from './header.ts';
import type { ContentEncoding, ObjectHeader, ObjectKind } from './header.ts';
import { encodeIndex } from './index-message.ts';
import type { ObjectIndex } from './index-message.ts';
import { messageContext } from './message-context.ts';
import { PieceBuffer } from './piece-buffer.ts';
import type { SealOptions, SealedSummary } from './seal-options.ts';
import { encodeTrailer } from './trailer.ts';

// bytes: large enough for hash and socket, and below the size (128 KiB) from which malloc maps fresh pages each time
const pieceSize = 64 * 1024;

/** What only the index of some kinds states. */
export type KindIndex = Pick<ObjectIndex, 'records' | 'medium'>;

/** What is sealed: its kind and the names that were fixed before the first byte. */
export interface SealTarget {
  readonly kind: ObjectKind;
  readonly objectId: string;
  readonly objectKey: string;
}

/** Where the content of an object comes from: its original size and hash, known at the end. */
export interface ContentDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Writes one archive object front to back: header, DATA as its frames arrive, INDEX, trailer. The sealed bytes are
 * taken out in pieces as they become ready. Each instance seals one object, under salts of its own.
 */
export class ObjectSealer {
  readonly #target: SealTarget;
  readonly #key: Uint8Array;
  readonly #header: Uint8Array;
  readonly #pieces = new PieceBuffer(pieceSize);
  readonly #hash = createHash('sha256');
  readonly #data: CobblestoneSealer;
  readonly #frames: [number, number, number][] = [];
  #size = 0;

  constructor(
    target: SealTarget,
    encoding: ContentEncoding,
    options: Pick<SealOptions, 'archiveId' | 'key'>,
  ) {
    this.#target = target;
    this.#key = options.key.key;
    this.#header = encodeHeader(headerOf(target, encoding, options));
    this.#emit(this.#header);
    this.#data = newMessage(this.#key, messageContext('data', this.#header), this.#emit);
  }

  /** Takes one complete frame of `rawSize` original bytes. */
  writeFrame(frame: Uint8Array, rawSize: number): void {
    this.#frames.push([this.#data.plaintextSize, frame.length, rawSize]);
    this.#data.write(frame);
  }

  /** Takes a part of identity content, which is one frame as a whole. */
  writeIdentity(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#data.write(part);
    this.#frames[0] = [0, this.#data.plaintextSize, this.#data.plaintextSize];
  }

  /** Removes and returns the sealed bytes that are ready. */
  take(): Buffer[] {
    return this.#hashed(this.#pieces.take());
  }

  /** Seals the index and closes the object: its last bytes, and what the journal says of it. */
  finish(content: ContentDigest, kindIndex: KindIndex): { pieces: Buffer[]; summary: SealedSummary } {
    this.#data.end();
    const dataSize = this.#size - this.#header.length;
    this.#sealIndex({
      object_key: this.#target.objectKey,
      ...content,
      frames: this.#frames,
      ...kindIndex,
    });
    const indexSize = this.#size - this.#header.length - dataSize;
    const pieces = this.#hashed(this.#pieces.takeAll());
    const trailer = encodeTrailer({ dataSize, indexSize, sha256: this.#hash.copy().digest('hex') });
    pieces.push(Buffer.from(trailer));
    return { pieces, summary: this.#summary(content, trailer) };
  }

  #summary(content: ContentDigest, trailer: Uint8Array): SealedSummary {
    // carried on over the trailer, so that the stored object's hash costs no second pass
    const sha256 = this.#hash.update(trailer).digest('hex');
    return { ...this.#target, size: this.#size + trailer.length, sha256, content };
  }

  #sealIndex(index: ObjectIndex): void {
    const message = newMessage(this.#key, messageContext('index', this.#header), this.#emit);
    message.write(encodeIndex(index));
    message.end();
  }

  readonly #emit = (bytes: Uint8Array): void => {
    this.#size += bytes.length;
    this.#pieces.write(bytes);
  };

  #hashed(pieces: Buffer[]): Buffer[] {
    for (const piece of pieces) this.#hash.update(piece);
    return pieces;
  }
}

function headerOf(
  target: SealTarget,
  encoding: ContentEncoding,
  options: Pick<SealOptions, 'archiveId' | 'key'>,
): ObjectHeader {
  return {
    kind: target.kind,
    encoding,
    keyNumber: options.key.number,
    archiveId: options.archiveId,
    objectId: target.objectId,
    keyId: options.key.keyId,
  };
}
