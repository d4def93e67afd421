import { CodecError } from './codec-error.ts';
import { idFromBytes, idToBytes, rootKeyId } from './ids.ts';

/** What an archive object holds. */
export type ObjectKind = 'records' | 'media' | 'journal' | 'report' | 'ring';

/** How DATA is encoded before encryption. */
export type ContentEncoding = 'identity' | 'zstd';

/** The number of each kind, in the header and in the journal's `objects`. */
export const kindNumbers: Readonly<Record<ObjectKind, number>> = {
  records: 1,
  media: 2,
  journal: 3,
  report: 4,
  ring: 5,
};

const kindsByNumber = new Map<number, ObjectKind>([
  [1, 'records'],
  [2, 'media'],
  [3, 'journal'],
  [4, 'report'],
  [5, 'ring'],
]);
const encodingNumbers: Readonly<Record<ContentEncoding, number>> = { identity: 0, zstd: 2 };
const encodingsByNumber = new Map<number, ContentEncoding>([
  [0, 'identity'],
  [2, 'zstd'],
]);

/** Bytes before the DATA message. */
export const headerSize = 64;

/** "\x89CXV\r\n\x1a\n": shows at once a transfer that changed line ends or cut the eighth bit. */
const magic = Buffer.from('894358560d0a1a0a', 'hex');
const version = 1;
/** C2SP chunked-encryption v1, Cobblestone-256. */
const suite = 1;

/** The first 64 bytes of an archive object; both messages are bound to every bit of it. */
export interface ObjectHeader {
  readonly kind: ObjectKind;
  readonly encoding: ContentEncoding;
  /** The position of the key in its ring object; 0 for journal, report and ring. */
  readonly keyNumber: number;
  readonly archiveId: string;
  readonly objectId: string;
  /** The ring object that holds the key; {@link rootKeyId} for rings, and only for them. */
  readonly keyId: string;
}

/** The 64 bytes of a header. Throws a CodecError where {@link decodeHeader} would refuse the result. */
export function encodeHeader(header: ObjectHeader): Uint8Array {
  refuseMismatchedKey(header);
  const bytes = Buffer.alloc(headerSize);
  magic.copy(bytes);
  bytes.writeUInt8(version, 8);
  bytes.writeUInt8(suite, 9);
  bytes.writeUInt8(kindNumbers[header.kind], 10);
  bytes.writeUInt8(encodingNumbers[header.encoding], 11);
  bytes.writeUInt32BE(header.keyNumber, 12);
  idToBytes(header.archiveId).copy(bytes, 16);
  idToBytes(header.objectId).copy(bytes, 32);
  idToBytes(header.keyId).copy(bytes, 48);
  return bytes;
}

/** Reads the first 64 bytes of an object. Throws a CodecError that names what is unknown. */
export function decodeHeader(bytes: Uint8Array): ObjectHeader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  refuseForeignBytes(buffer);
  const header: ObjectHeader = {
    kind: known(kindsByNumber, buffer.readUInt8(10), 'kind'),
    encoding: known(encodingsByNumber, buffer.readUInt8(11), 'content encoding'),
    keyNumber: buffer.readUInt32BE(12),
    archiveId: idFromBytes(buffer.subarray(16, 32)),
    objectId: idFromBytes(buffer.subarray(32, 48)),
    keyId: idFromBytes(buffer.subarray(48, 64)),
  };
  refuseMismatchedKey(header);
  return header;
}

function refuseForeignBytes(buffer: Buffer): void {
  if (buffer.length < headerSize) throw new CodecError('truncated', 'header', 'the header is cut');
  if (!buffer.subarray(0, magic.length).equals(magic)) {
    throw new CodecError('header', 'header', 'the first bytes are not those of an archive object');
  }
  const foundVersion = buffer.readUInt8(8);
  if (foundVersion !== version)
    throw new CodecError('header', 'header', `unknown format version ${foundVersion}`);
  const foundSuite = buffer.readUInt8(9);
  if (foundSuite !== suite) throw new CodecError('header', 'header', `unknown suite ${foundSuite}`);
}

function known<T>(names: ReadonlyMap<number, T>, number: number, what: string): T {
  const name = names.get(number);
  if (name === undefined) throw new CodecError('header', 'header', `unknown ${what} ${number}`);
  return name;
}

function refuseMismatchedKey(header: ObjectHeader): void {
  if ((header.kind === 'ring') !== (header.keyId === rootKeyId)) {
    throw new CodecError('header', 'header', 'the root key seals rings, all of them and nothing else');
  }
  const ownKey = header.kind === 'records' || header.kind === 'media';
  if (!ownKey && header.keyNumber !== 0) {
    throw new CodecError(
      'header',
      'header',
      `a ${header.kind} object uses key number 0, not ${header.keyNumber}`,
    );
  }
}
