import { createDecipheriv } from 'node:crypto';
import {
  chunkNonce,
  messageLayout,
  openPrelude,
  preludeSize,
  releaseChunk,
  sealedChunkSize,
  tagSize,
} from './cobblestone.ts';
import type { MessageKeys, MessageLayout } from './cobblestone.ts';
import { CodecError } from './codec-error.ts';
import type { CodecLayer } from './codec-error.ts';

/** Receives opened plaintext, in order. Must copy what it keeps: after the return it is gone. */
export type OpenedSink = (plaintext: Uint8Array) => void;

/** Chunks [from, to) of a message. */
export interface ChunkRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Opens consecutive chunks of one message as their bytes arrive. A chunk is released only after its tag was checked.
 * Throws a CodecError: `chunk` for a changed chunk, `truncated` and `trailing-bytes` for a wrong number of bytes.
 */
export class CobblestoneOpener {
  readonly #keys: MessageKeys;
  readonly #layout: MessageLayout;
  readonly #layer: CodecLayer;
  readonly #to: number;
  readonly #pending = Buffer.allocUnsafe(sealedChunkSize);
  readonly #nonce: Buffer;
  #pendingSize = 0;
  #next: number;

  constructor(keys: MessageKeys, layout: MessageLayout, layer: CodecLayer, range?: ChunkRange) {
    this.#keys = keys;
    this.#layout = layout;
    this.#layer = layer;
    this.#next = range?.from ?? 0;
    this.#to = range?.to ?? layout.chunkCount;
    this.#nonce = Buffer.from(keys.baseNonce);
  }

  /** Takes more of the message, everything after its prelude. */
  write(bytes: Uint8Array, sink: OpenedSink): void {
    for (let at = 0; at < bytes.length;) {
      const size = this.#nextSize();
      const available = bytes.length - at;
      if (this.#pendingSize === 0 && available >= size) {
        this.#open(bytes.subarray(at, at + size), sink);
        at += size;
      } else {
        at += this.#gather(bytes.subarray(at), size, sink);
      }
    }
  }

  /** To be called when the message has ended. */
  end(): void {
    if (this.#next !== this.#to)
      throw new CodecError('truncated', this.#layer, 'the encrypted message is cut');
  }

  #nextSize(): number {
    if (this.#next === this.#to) {
      throw new CodecError('trailing-bytes', this.#layer, 'there are bytes after the last chunk');
    }
    return this.#next === this.#layout.chunkCount - 1 ? this.#layout.lastChunkSize : sealedChunkSize;
  }

  #gather(bytes: Uint8Array, size: number, sink: OpenedSink): number {
    const part = bytes.subarray(0, size - this.#pendingSize);
    this.#pending.set(part, this.#pendingSize);
    this.#pendingSize += part.length;
    if (this.#pendingSize === size) {
      this.#open(this.#pending.subarray(0, size), sink);
      this.#pendingSize = 0;
    }
    return part.length;
  }

  #open(chunk: Uint8Array, sink: OpenedSink): void {
    const number = this.#next;
    const nonce = chunkNonce(this.#keys.baseNonce, number, this.#nonce);
    const decipher = createDecipheriv('aes-256-gcm', this.#keys.key, nonce, { authTagLength: tagSize });
    const border = chunk.length - tagSize;
    decipher.setAuthTag(chunk.subarray(border));
    const plaintext = decipher.update(chunk.subarray(0, border));
    try {
      decipher.final();
    } catch {
      throw new CodecError('chunk', this.#layer, `chunk ${number} of the ${this.#layer} message was changed`);
    }
    this.#next += 1;
    sink(plaintext);
    releaseChunk(plaintext);
  }
}

/**
 * Opens a whole small message. Undefined when it was not sealed with this key and context.
 * Throws a CodecError for a message that is cut or changed.
 */
export function openMessage(
  key: Uint8Array,
  context: Uint8Array,
  message: Uint8Array,
  layer: CodecLayer,
): Buffer | undefined {
  const layout = messageLayout(message.length, layer);
  const keys = openPrelude(key, message.subarray(0, preludeSize), context);
  if (keys === undefined) return undefined;
  const opened = Buffer.allocUnsafe(layout.plaintextSize);
  let at = 0;
  const opener = new CobblestoneOpener(keys, layout, layer);
  opener.write(message.subarray(preludeSize), (plaintext) => {
    opened.set(plaintext, at);
    at += plaintext.length;
  });
  opener.end();
  return opened;
}
