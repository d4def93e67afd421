import { randomBytes } from 'node:crypto';

/** The key id of the root key: all zero (archive-format.md, header at 48). */
export const rootKeyId = '00000000-0000-0000-0000-000000000000';

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A fresh UUIDv7 (RFC 9562): lower case with hyphens. Nothing may depend on its order. */
export function newId(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return idFromBytes(bytes);
}

/** True for an id in the one spelling that the format allows: lower case with hyphens. */
export function isId(text: string): boolean {
  return uuidPattern.test(text);
}

/** The 16 bytes of an id, in network order. Throws a RangeError for anything that {@link isId} refuses. */
export function idToBytes(id: string): Buffer {
  if (!isId(id)) throw new RangeError(`not an id in lower case with hyphens: ${id}`);
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** The id that 16 bytes in network order stand for. */
export function idFromBytes(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
