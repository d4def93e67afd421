import type { ByteSource } from './byte-source.ts';
import { readExactly } from './byte-source.ts';
import { CodecError } from './codec-error.ts';
import { decodeHeader, headerSize } from './header.ts';
import type { ObjectHeader, ObjectKind } from './header.ts';
import { isId } from './ids.ts';
import { decodeTrailer, findEarlierTrailer, smallestObject, trailerSize } from './trailer.ts';
import type { ObjectTrailer } from './trailer.ts';

/** What the reader of an object knows about it beforehand; anything else found there is `swapped`. */
export interface Expected {
  readonly archiveId?: string;
  /** The name that it was stored under, relative to the archive's prefix. */
  readonly objectKey?: string;
  readonly kind?: ObjectKind;
  readonly objectId?: string;
}

const tailSize = 64 * 1024; // bytes searched for an earlier end, when the last bytes are no trailer

/** Refuses what is too small to be an object. Throws a CodecError (`truncated`). */
export function refuseStump(source: ByteSource): void {
  if (source.size < smallestObject) {
    throw new CodecError(
      'truncated',
      'object',
      `${source.size} bytes are fewer than the smallest object has`,
    );
  }
}

/**
 * Reads the trailer, after a header that was found good (what is no archive object at all is better said to be that).
 * Throws a CodecError: `trailing-bytes` when a whole object ends earlier, else as {@link decodeTrailer}.
 */
export async function readTrailer(source: ByteSource): Promise<ObjectTrailer> {
  const bytes = await readExactly(source, source.size - trailerSize, trailerSize);
  try {
    return decodeTrailer(bytes, source.size);
  } catch (error) {
    const extra = await bytesAfterEnd(source);
    if (extra === undefined) throw error;
    throw new CodecError('trailing-bytes', 'trailer', `${extra} bytes follow the end of the object`);
  }
}

async function bytesAfterEnd(source: ByteSource): Promise<number | undefined> {
  const size = Math.min(tailSize, source.size);
  const tail = await readExactly(source, source.size - size, size);
  const earlier = findEarlierTrailer(tail, source.size);
  return earlier === undefined ? undefined : source.size - earlier.end;
}

/** Decodes the header at the start of `head`. */
export function headerIn(head: Uint8Array): ObjectHeader {
  return decodeHeader(head.subarray(0, headerSize));
}

/** Compares what only the header shows. Throws a CodecError (`swapped`). */
export function compareHeader(header: ObjectHeader, expected: Expected): void {
  compareArchive(header, expected);
  if (expected.kind !== undefined && header.kind !== expected.kind) {
    throw new CodecError('swapped', 'header', `the object is of kind ${header.kind}`);
  }
  const objectId = expected.objectId ?? objectIdIn(expected.objectKey, header.kind);
  if (objectId !== undefined && header.objectId !== objectId) {
    throw new CodecError('swapped', 'header', `the object is ${header.objectId}`);
  }
}

/** Throws a CodecError (`swapped`) for an object of another archive. */
export function compareArchive(header: ObjectHeader, expected: Expected): void {
  if (expected.archiveId !== undefined && header.archiveId !== expected.archiveId) {
    throw new CodecError('swapped', 'header', `the object belongs to archive ${header.archiveId}`);
  }
}

/** Compares what the index states. Throws a CodecError (`swapped`). */
export function compareObjectKey(objectKey: string, expected: Expected): void {
  if (expected.objectKey !== undefined && objectKey !== expected.objectKey) {
    throw new CodecError('swapped', 'index', `the object was stored as ${objectKey}`);
  }
}

/** Segments, media and rings carry their object id in their name; the journal's objects do not. */
function objectIdIn(objectKey: string | undefined, kind: ObjectKind): string | undefined {
  if (objectKey === undefined || kind === 'journal' || kind === 'report') return undefined;
  const name = objectKey.slice(objectKey.lastIndexOf('/') + 1);
  const id = name.endsWith('.cxv') ? name.slice(0, -'.cxv'.length) : undefined;
  return id !== undefined && isId(id) ? id : undefined;
}
