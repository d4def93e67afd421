import { createHash } from 'node:crypto';

/** Mulberry32: numbers in [0, 1) that a seed repeats. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number in [from, to). */
export function integer(random: () => number, from: number, to: number): number {
  return from + Math.floor(random() * (to - from));
}

/** Bytes in which no two stretches are alike, so that a shifted or repeated part is seen. */
export function randomBytes(random: () => number, length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = Math.floor(random() * 2 ** 32) | 1;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** The bytes as a stream, in chunks of changing length, empty ones among them. */
export async function* inChunks(
  bytes: Uint8Array,
  random: () => number,
  longest = 100_000,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const length = random() < 0.05 ? 0 : integer(random, 1, longest + 1);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** A stream that gives these bytes and then fails. */
export async function* failing(
  bytes: Uint8Array,
  random: () => number,
  error: Error,
): AsyncGenerator<Uint8Array> {
  yield* inChunks(bytes, random);
  throw error;
}

/** All bytes of a stream. */
export async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Uint8Array.from(Buffer.concat(chunks));
}

/** SHA-256 in hex: what a failed comparison of long bytes can print. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
