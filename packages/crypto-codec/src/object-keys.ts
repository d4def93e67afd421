import { messageLayout, openPrelude } from './cobblestone.ts';
import type { MessageKeys } from './cobblestone.ts';
import { openMessage } from './cobblestone-opener.ts';
import { CodecError } from './codec-error.ts';
import { decodeHeader, headerSize } from './header.ts';
import type { ObjectHeader } from './header.ts';
import { checkIndex } from './index-check.ts';
import { decodeIndex, largestIndex } from './index-message.ts';
import type { ObjectIndex } from './index-message.ts';
import { messageContext } from './message-context.ts';
import { compareArchive } from './object-ends.ts';
import type { Expected } from './object-ends.ts';
import type { ObjectTrailer } from './trailer.ts';

/**
 * The keys that may have sealed an object: several root keys while one is being rotated (the commitment tells which
 * fits), none when the key was destroyed on purpose.
 */
export type KeyLookup = (keyId: string, number: number) => Promise<readonly Uint8Array[]>;

/** The key that fits an object, and what its DATA message is opened with. */
export interface FittingKey {
  readonly key: Uint8Array;
  readonly dataKeys: MessageKeys;
}

/**
 * Finds the key that sealed the object which begins with `head` (120 bytes). Throws a CodecError: `erased` without
 * candidates, `key-commitment` when none fits, `swapped` when there is none that fits because the object belongs to
 * another archive; and whatever the lookup throws.
 */
export async function findKey(
  header: ObjectHeader,
  head: Uint8Array,
  keys: KeyLookup,
  expected: Expected,
): Promise<FittingKey> {
  try {
    return fittingKey(await keys(header.keyId, header.keyNumber), head);
  } catch (error) {
    compareArchive(header, expected);
    throw error;
  }
}

function fittingKey(candidates: readonly Uint8Array[], head: Uint8Array): FittingKey {
  if (candidates.length === 0)
    throw new CodecError('erased', 'header', 'the key of the object was destroyed');
  const context = messageContext('data', head.subarray(0, headerSize));
  for (const key of candidates) {
    const dataKeys = openPrelude(key, head.subarray(headerSize), context);
    if (dataKeys !== undefined) return { key, dataKeys };
  }
  throw new CodecError('key-commitment', 'data', 'the data was not sealed with this key and header');
}

/** Opens, parses and checks the INDEX message of the object that begins with `head`. Throws a CodecError. */
export function openIndex(
  key: Uint8Array,
  head: Uint8Array,
  trailer: ObjectTrailer,
  message: Uint8Array,
): ObjectIndex {
  const header = head.subarray(0, headerSize);
  const plaintext = openMessage(key, messageContext('index', header), message, 'index');
  if (plaintext === undefined) {
    throw new CodecError('key-commitment', 'index', 'the index was not sealed with this key and header');
  }
  const decoded = decodeHeader(header);
  const index = decodeIndex(plaintext, decoded.kind);
  checkIndex(index, decoded, messageLayout(trailer.dataSize, 'data').plaintextSize);
  return index;
}

/** Throws a CodecError (`index`) for an INDEX message that must not be read. */
export function refuseLargeIndex(trailer: ObjectTrailer): void {
  if (trailer.indexSize > largestIndex)
    throw new CodecError('index', 'index', 'the index is larger than 64 MiB');
}
