import { randomBytes } from 'node:crypto';

/** Bytes that no compression makes smaller. */
export function randomBody(length: number): Uint8Array {
  return randomBytes(length);
}

/** The bytes as a stream. */
export async function* inParts(bytes: Uint8Array, partBytes = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes);
}
