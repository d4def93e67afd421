import { CodecError } from './codec-error.ts';
import { smallestMessage } from './cobblestone.ts';
import { headerSize } from './header.ts';

/** Bytes after the INDEX message. */
export const trailerSize = 56;

/** The smallest archive object: header, two empty messages, trailer. */
export const smallestObject = headerSize + 2 * smallestMessage + trailerSize;

/** "CXVEND\r\n" */
const magic = Buffer.from('435856454e440d0a', 'hex');

/** The last 56 bytes of an archive object. */
export interface ObjectTrailer {
  /** Bytes of the DATA message. */
  readonly dataSize: number;
  /** Bytes of the INDEX message. */
  readonly indexSize: number;
  /** SHA-256 of all bytes before the trailer, lower-case hex: a check that needs no key. */
  readonly sha256: string;
}

/** The 56 bytes of a trailer. */
export function encodeTrailer(trailer: ObjectTrailer): Uint8Array {
  const bytes = Buffer.alloc(trailerSize);
  bytes.writeBigUInt64BE(BigInt(trailer.dataSize), 0);
  bytes.writeBigUInt64BE(BigInt(trailer.indexSize), 8);
  Buffer.from(trailer.sha256, 'hex').copy(bytes, 16);
  magic.copy(bytes, 48);
  return bytes;
}

/**
 * Reads the last 56 bytes of an object of `objectSize` bytes. Throws a CodecError: `truncated` when no trailer is
 * there, `size` when the lengths contradict the object's size, `checksum` when only the closing magic is damaged.
 */
export function decodeTrailer(bytes: Uint8Array, objectSize: number): ObjectTrailer {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fits = lengthsFit(buffer, objectSize);
  if (!buffer.subarray(48).equals(magic)) throw missingMagic(fits);
  if (!fits)
    throw new CodecError(
      'size',
      'trailer',
      'the trailer states lengths that contradict the size of the object',
    );
  return {
    dataSize: Number(buffer.readBigUInt64BE(0)),
    indexSize: Number(buffer.readBigUInt64BE(8)),
    sha256: buffer.toString('hex', 16, 48),
  };
}

/** The position of a whole trailer that ends inside `tail`, the last bytes of the object, or undefined. */
export function findEarlierTrailer(
  tail: Uint8Array,
  objectSize: number,
): { readonly end: number } | undefined {
  const buffer = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  const start = objectSize - buffer.length;
  for (let at = buffer.lastIndexOf(magic); at >= 0; at = at === 0 ? -1 : buffer.lastIndexOf(magic, at - 1)) {
    const end = start + at + magic.length;
    if (at >= 48 && lengthsFit(buffer.subarray(at - 48, at + magic.length), end)) return { end };
  }
  return undefined;
}

/** In BigInt, so that hostile lengths cannot wrap around. */
function lengthsFit(trailer: Buffer, objectSize: number): boolean {
  const dataSize = trailer.readBigUInt64BE(0);
  const indexSize = trailer.readBigUInt64BE(8);
  const least = BigInt(smallestMessage);
  const total = BigInt(headerSize) + dataSize + indexSize + BigInt(trailerSize);
  return dataSize >= least && indexSize >= least && total === BigInt(objectSize);
}

function missingMagic(lengthsFitted: boolean): CodecError {
  return lengthsFitted
    ? new CodecError('checksum', 'trailer', 'the closing bytes of the trailer are damaged')
    : new CodecError('truncated', 'trailer', 'the object does not end with a trailer');
}
