import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CodecError } from './codec-error.ts';
import type { CodecLayer } from './codec-error.ts';

// C2SP chunked-encryption v1 with SHA-512 and AES-256-GCM, called Cobblestone-256: https://c2sp.org/chunked-encryption

/** Plaintext bytes in a chunk; the last chunk of a message always has fewer. */
export const chunkSize = 16_384;
/** Bytes of the GCM tag behind each chunk. */
export const tagSize = 16;
/** Bytes of a full chunk in the message. */
export const sealedChunkSize = chunkSize + tagSize;
export const saltSize = 24; // bytes
const commitmentSize = 32; // bytes
/** Bytes before the first chunk: salt and commitment. */
export const preludeSize = saltSize + commitmentSize;
/** The message of an empty plaintext. */
export const smallestMessage = preludeSize + tagSize;

const keySize = 32; // bytes
const nonceSize = 12; // bytes
const label = Buffer.from('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0', 'latin1');

/** What a message is sealed with, derived from key, salt and context. */
export interface MessageKeys {
  /** As a KeyObject: building a cipher from raw bytes costs eight times as much, once per chunk. */
  readonly key: KeyObject;
  readonly baseNonce: Buffer;
  readonly commitment: Buffer;
}

/** HKDF-Expand with SHA-512, the input key taken as the pseudorandom key. */
export function deriveMessageKeys(key: Uint8Array, salt: Uint8Array, context: Uint8Array): MessageKeys {
  if (key.length !== keySize) throw new RangeError(`a key has 32 bytes, not ${key.length}`);
  const info = Buffer.concat([label, salt, context]);
  const first = createHmac('sha512', key).update(info).update(Buffer.of(1)).digest();
  const second = createHmac('sha512', key).update(first).update(info).update(Buffer.of(2)).digest();
  const output = Buffer.concat([first, second]);
  return {
    key: createSecretKey(output.subarray(0, keySize)),
    baseNonce: output.subarray(keySize, keySize + nonceSize),
    commitment: output.subarray(keySize + nonceSize, keySize + nonceSize + commitmentSize),
  };
}

/** The keys of the message that begins with `prelude`, if `key` is the one that it was sealed with. */
export function openPrelude(
  key: Uint8Array,
  prelude: Uint8Array,
  context: Uint8Array,
): MessageKeys | undefined {
  const keys = deriveMessageKeys(key, prelude.subarray(0, saltSize), context);
  return timingSafeEqual(keys.commitment, prelude.subarray(saltSize, preludeSize)) ? keys : undefined;
}

/** Writes the nonce of chunk `number` to `nonce`: the base nonce XOR the number, big-endian. */
export function chunkNonce(baseNonce: Buffer, number: number, nonce: Buffer): Buffer {
  baseNonce.copy(nonce);
  nonce.writeUInt32BE((baseNonce.readUInt32BE(4) ^ Math.floor(number / 2 ** 32)) >>> 0, 4);
  nonce.writeUInt32BE((baseNonce.readUInt32BE(8) ^ (number % 2 ** 32)) >>> 0, 8);
  return nonce;
}

/** Where the chunks of a message are. */
export interface MessageLayout {
  readonly messageSize: number;
  readonly plaintextSize: number;
  /** Full chunks and the short last one. */
  readonly chunkCount: number;
  /** Bytes of the last chunk in the message. */
  readonly lastChunkSize: number;
}

/** The layout that a message of this size must have. Throws a CodecError (`truncated`) if there is none. */
export function messageLayout(messageSize: number, layer: CodecLayer): MessageLayout {
  const fullChunks = Math.floor((messageSize - preludeSize) / sealedChunkSize);
  const lastChunkSize = messageSize - preludeSize - fullChunks * sealedChunkSize;
  if (messageSize < smallestMessage || lastChunkSize < tagSize) {
    throw new CodecError('truncated', layer, 'the encrypted message does not end with a short chunk');
  }
  const plaintextSize = fullChunks * chunkSize + lastChunkSize - tagSize;
  return { messageSize, plaintextSize, chunkCount: fullChunks + 1, lastChunkSize };
}

/** Bytes of the message that a plaintext of this size becomes. */
export function messageSizeOf(plaintextSize: number): number {
  return preludeSize + plaintextSize + tagSize * (Math.floor(plaintextSize / chunkSize) + 1);
}

/**
 * Gives back the memory of a chunk that nobody reads any more. Left to the garbage collector, chunks of 16 KiB that
 * live outside its heap make it collect everything each few megabytes (docs/performance.md).
 */
export function releaseChunk({ buffer, byteOffset, length }: Buffer<ArrayBuffer>): void {
  // never memory that the chunk only has a part of
  if (byteOffset === 0 && length === buffer.byteLength) buffer.transfer(0);
}
