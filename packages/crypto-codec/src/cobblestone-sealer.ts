import { createCipheriv, randomBytes } from 'node:crypto';
import {
  chunkNonce,
  chunkSize,
  deriveMessageKeys,
  messageSizeOf,
  releaseChunk,
  saltSize,
  tagSize,
} from './cobblestone.ts';
import type { MessageKeys } from './cobblestone.ts';

/** Receives sealed bytes, in order. Must copy what it keeps: after the return they are gone. */
export type SealedSink = (bytes: Uint8Array) => void;

/**
 * Seals one message as its plaintext arrives. The salt is an argument for test vectors only; this class is not
 * exported from the package, and inside it only {@link newMessage} makes one.
 */
export class CobblestoneSealer {
  readonly #keys: MessageKeys;
  readonly #sink: SealedSink;
  readonly #pending = Buffer.allocUnsafe(chunkSize);
  readonly #nonce: Buffer;
  #pendingSize = 0;
  #chunkNumber = 0;
  #plaintextSize = 0;

  constructor(key: Uint8Array, context: Uint8Array, salt: Uint8Array, sink: SealedSink) {
    this.#keys = deriveMessageKeys(key, salt, context);
    this.#nonce = Buffer.from(this.#keys.baseNonce);
    this.#sink = sink;
    sink(salt);
    sink(this.#keys.commitment);
  }

  /** Bytes of plaintext so far. */
  get plaintextSize(): number {
    return this.#plaintextSize;
  }

  /** Takes more plaintext; nothing of it is referenced after the return. */
  write(plaintext: Uint8Array): void {
    this.#plaintextSize += plaintext.length;
    let at = this.#topUp(plaintext);
    for (; plaintext.length - at >= chunkSize; at += chunkSize) {
      this.#seal(plaintext.subarray(at, at + chunkSize));
    }
    this.#pending.set(plaintext.subarray(at), this.#pendingSize);
    this.#pendingSize += plaintext.length - at;
  }

  /** Seals the short last chunk. No write may follow. */
  end(): void {
    this.#seal(this.#pending.subarray(0, this.#pendingSize));
  }

  /** Completes a chunk that an earlier write began; returns how much of the plaintext that took. */
  #topUp(plaintext: Uint8Array): number {
    if (this.#pendingSize === 0) return 0;
    const missing = chunkSize - this.#pendingSize;
    if (plaintext.length < missing) return 0;
    this.#pending.set(plaintext.subarray(0, missing), this.#pendingSize);
    this.#seal(this.#pending);
    this.#pendingSize = 0;
    return missing;
  }

  #seal(chunk: Uint8Array): void {
    const nonce = chunkNonce(this.#keys.baseNonce, this.#chunkNumber, this.#nonce);
    const cipher = createCipheriv('aes-256-gcm', this.#keys.key, nonce, { authTagLength: tagSize });
    const sealed = cipher.update(chunk);
    this.#sink(sealed);
    releaseChunk(sealed);
    cipher.final();
    this.#sink(cipher.getAuthTag());
    this.#chunkNumber += 1;
  }
}

/** Begins a message under a fresh random salt. */
export function newMessage(key: Uint8Array, context: Uint8Array, sink: SealedSink): CobblestoneSealer {
  return new CobblestoneSealer(key, context, randomBytes(saltSize), sink);
}

/** Seals a whole small plaintext under a fresh random salt. */
export function sealMessage(key: Uint8Array, context: Uint8Array, plaintext: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(messageSizeOf(plaintext.length));
  let at = 0;
  const sealer = newMessage(key, context, (bytes) => {
    message.set(bytes, at);
    at += bytes.length;
  });
  sealer.write(plaintext);
  sealer.end();
  return message;
}
