import { z } from 'zod';
import { decodeBase64 } from './base64.ts';
import { CodecError } from './codec-error.ts';
import { sealJson } from './document.ts';
import type { SealedDocument } from './document.ts';
import type { SealOptions } from './seal-options.ts';

/** Data keys by position; null where a key was destroyed for an erasure. */
export interface Ring {
  readonly keyId: string;
  /** 32 bytes each. */
  readonly keys: readonly (Uint8Array | null)[];
  /** `YYYY-MM-DDTHH:MM:SS.sssZ` */
  readonly createdAt: string;
}

const keySize = 32; // bytes

const ringDocument = z.object({
  key_id: z.string(),
  keys: z.array(z.string().nullable()).min(1),
  created_at: z.string(),
});

/**
 * Seals a ring object (kind 5) under the root key, which `options.key` must be. Its object id is the key id, so the
 * name is `options.objectKeyOf(keyId)`. Sealing a ring again (erasure, rotation) takes a fresh salt.
 * `createdAt` is `YYYY-MM-DDTHH:MM:SS.sssZ`; a key that was destroyed is null.
 */
export function sealRing(
  keyId: string,
  keys: readonly (Uint8Array | null)[],
  options: SealOptions & { readonly createdAt: string },
): SealedDocument {
  const document = {
    key_id: keyId,
    keys: keys.map((key) => (key === null ? null : encodeKey(key))),
    created_at: options.createdAt,
  };
  return sealJson(
    { kind: 'ring', objectId: keyId, objectKey: options.objectKeyOf(keyId) },
    document,
    options,
  );
}

/** Reads the document of a ring object. Throws a CodecError (`content`; `swapped` when it is another key id's). */
export function parseRing(document: unknown, keyId: string): Ring {
  const result = ringDocument.safeParse(document);
  if (!result.success)
    throw new CodecError('content', 'ring', 'the ring object does not hold a list of keys');
  const { key_id: foundId, keys, created_at: createdAt } = result.data;
  if (foundId !== keyId)
    throw new CodecError('swapped', 'ring', 'the ring object holds the keys of another key id');
  return { keyId, keys: keys.map(decodeKey), createdAt };
}

function encodeKey(key: Uint8Array): string {
  if (key.length !== keySize) throw new RangeError(`a key has 32 bytes, not ${key.length}`);
  return Buffer.from(key).toString('base64');
}

function decodeKey(text: string | null): Uint8Array | null {
  if (text === null) return null;
  const key = decodeBase64(text);
  if (key?.length !== keySize)
    throw new CodecError('content', 'ring', 'a key in the ring object is not 32 bytes of base64');
  return key;
}
