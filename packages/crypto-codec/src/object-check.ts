import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { readChecked, readExactly, withTail } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';
import { messageLayout, preludeSize } from './cobblestone.ts';
import { CobblestoneOpener } from './cobblestone-opener.ts';
import { CodecError, isCodecError } from './codec-error.ts';
import { ContentCheck } from './content-check.ts';
import { decompressed, openedPieces } from './content-stream.ts';
import { headerSize } from './header.ts';
import type { ObjectHeader } from './header.ts';
import type { ObjectIndex } from './index-message.ts';
import { compareHeader, compareObjectKey, headerIn, readTrailer, refuseStump } from './object-ends.ts';
import type { Expected } from './object-ends.ts';
import { findKey, openIndex, refuseLargeIndex } from './object-keys.ts';
import type { FittingKey, KeyLookup } from './object-keys.ts';
import type { RecordSink } from './record-walk.ts';
import { encodeTrailer, trailerSize } from './trailer.ts';
import type { ObjectTrailer } from './trailer.ts';

const headSize = headerSize + preludeSize;
const wholeRead = 2 ** 20; // bytes: up to this size one request and some memory are cheaper than two requests
const tailRead = 64 * 1024; // bytes: nearly always the index and the trailer

/** An object that was read to its last byte and found good. */
export interface CheckedObject {
  readonly header: ObjectHeader;
  readonly index: ObjectIndex;
  /** Of the stored object, lower-case hex. */
  readonly sha256: string;
  /** The original, after decompression. */
  readonly content: { readonly bytes: number; readonly sha256: string };
}

/**
 * The deepest check of one object, reading each byte once, in bounded memory: header, trailer, both messages, the index
 * against itself and the content, each record's SHA-256, the content's, and the trailer's over all bytes.
 *
 * `onContent` sees the original content as it is decoded, before the whole was found good; `onRecord` each line of a
 * segment, after its own hash was. Neither may keep the bytes it gets beyond the call without copying them.
 * Throws a CodecError with the most telling problem, or the error of the source, the lookup or a callback.
 */
export async function checkObject(
  source: ByteSource,
  keys: KeyLookup,
  expected: Expected,
  onContent?: (chunk: Uint8Array) => void,
  onRecord?: RecordSink,
): Promise<CheckedObject> {
  const { kept, trailer } = await openEnds(source);
  refuseLargeIndex(trailer);
  const dataEnd = headerSize + trailer.dataSize;
  const hash = createHash('sha256');
  const front = hashed(readChecked(kept, 0, dataEnd), hash);
  try {
    const { head, rest } = await splitHead(front);
    const header = headerIn(head);
    const key = await explainedKey(kept, trailer, head, keys, expected);
    compareHeader(header, expected);
    const message = await readExactly(kept, dataEnd, trailer.indexSize);
    const index = openIndex(key.key, head, trailer, message);
    compareObjectKey(index.object_key, expected);
    await checkContent(
      { header, index, key, trailer },
      chain(rest, front),
      new ContentCheck(index, onRecord),
      onContent,
    );
    const sha256 = closeHash(hash.update(message), trailer);
    return { header, index, sha256, content: { bytes: index.bytes, sha256: index.sha256 } };
  } finally {
    await front.return(undefined);
  }
}

/**
 * What can be checked without a key, in one pass: sizes, header, and the trailer's SHA-256 over all bytes.
 * Returns the header and the stored object's SHA-256. Throws a CodecError.
 */
export async function checkPublic(
  source: ByteSource,
  expected: Expected,
): Promise<{ readonly header: ObjectHeader; readonly sha256: string }> {
  const { kept, trailer } = await openEnds(source);
  const hash = createHash('sha256');
  const front = hashed(readChecked(kept, 0, source.size - trailerSize), hash);
  try {
    const { head } = await splitHead(front);
    const header = headerIn(head);
    await drain(front);
    const sha256 = closeHash(hash, trailer);
    compareHeader(header, expected);
    return { header, sha256 };
  } finally {
    await front.return(undefined);
  }
}

/** Reads the end of the object. A header that is none says more than a trailer that is missing. */
async function openEnds(source: ByteSource): Promise<{ kept: ByteSource; trailer: ObjectTrailer }> {
  refuseStump(source);
  const kept = await withTail(source, source.size <= wholeRead ? source.size : tailRead);
  try {
    return { kept, trailer: await readTrailer(kept) };
  } catch (error) {
    headerIn(await readExactly(kept, 0, headerSize));
    throw error;
  }
}

interface CheckedParts {
  readonly header: ObjectHeader;
  readonly index: ObjectIndex;
  readonly key: FittingKey;
  readonly trailer: ObjectTrailer;
}

async function checkContent(
  parts: CheckedParts,
  sealed: AsyncIterable<Uint8Array>,
  check: ContentCheck,
  onContent: ((chunk: Uint8Array) => void) | undefined,
): Promise<void> {
  const opener = new CobblestoneOpener(
    parts.key.dataKeys,
    messageLayout(parts.trailer.dataSize, 'data'),
    'data',
  );
  const take = (content: Uint8Array): void => {
    check.write(content);
    onContent?.(content);
  };
  if (parts.header.encoding === 'identity') await openInto(opener, sealed, take);
  else {
    const plaintext = openedPieces(opener, sealed);
    for await (const content of decompressed(plaintext, parts.index.frames)) take(content);
  }
  check.end();
}

/** Hands over chunk by chunk, without copying: recordings are most of an archive's bytes. */
async function openInto(
  opener: CobblestoneOpener,
  sealed: AsyncIterable<Uint8Array>,
  take: (content: Uint8Array) => void,
): Promise<void> {
  for await (const bytes of sealed) opener.write(bytes, take);
  opener.end();
}

/** The key that fits; when there is none, whether the bytes were changed says what to think of it. */
async function explainedKey(
  source: ByteSource,
  trailer: ObjectTrailer,
  head: Uint8Array,
  keys: KeyLookup,
  expected: Expected,
): Promise<FittingKey> {
  try {
    return await findKey(headerIn(head), head, keys, expected);
  } catch (error) {
    if (await isIntact(source, trailer)) throw error;
    if (!isCodecError(error) || error.problem === 'erased') {
      throw new CodecError(
        'checksum',
        'object',
        'bytes were changed, perhaps those that name the key',
        error,
      );
    }
    const problem = error.problem === 'swapped' ? 'header' : error.problem;
    throw new CodecError(problem, error.layer, `${error.detail}; bytes of the object were changed`, error);
  }
}

async function isIntact(source: ByteSource, trailer: ObjectTrailer): Promise<boolean> {
  const hash = createHash('sha256');
  for await (const piece of readChecked(source, 0, source.size - trailerSize)) hash.update(piece);
  return hash.digest('hex') === trailer.sha256;
}

/** Compares the hash of all bytes before the trailer, and carries it on to that of the whole object. */
function closeHash(hash: Hash, trailer: ObjectTrailer): string {
  if (hash.copy().digest('hex') !== trailer.sha256) {
    throw new CodecError(
      'checksum',
      'object',
      'the object does not have the SHA-256 that its trailer states',
    );
  }
  return hash.update(encodeTrailer(trailer)).digest('hex');
}

async function* hashed(pieces: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
}

/** Reads to the end, for the hash on the way. */
async function drain(pieces: AsyncGenerator<Uint8Array>): Promise<void> {
  while ((await pieces.next()).done !== true);
}

/** Takes the first 120 bytes off a stream that has more. */
async function splitHead(pieces: AsyncGenerator<Uint8Array>): Promise<{ head: Buffer; rest: Uint8Array }> {
  let gathered = Buffer.alloc(0);
  while (gathered.length < headSize) {
    const next = await pieces.next();
    if (next.done === true) throw new CodecError('truncated', 'header', 'the object is cut');
    gathered = Buffer.concat([gathered, next.value]);
  }
  return { head: gathered.subarray(0, headSize), rest: gathered.subarray(headSize) };
}

async function* chain(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
