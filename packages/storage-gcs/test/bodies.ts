import { randomBytes } from 'node:crypto';

export function randomBody(length: number): Uint8Array {
  return randomBytes(length);
}

/** The bytes as a stream. */
export async function* inParts(bytes: Uint8Array, partBytes = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes);
}

/** The error that a call throws; fails the test when it does not. */
export async function errorOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('the call was expected to fail, and succeeded');
}
