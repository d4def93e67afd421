import { refused } from '@cxvault/plugin-api';
import type { ObjectInfo, Retention } from '@cxvault/plugin-api';

import type { StoredObject, WriteRequest } from './gcs-calls.ts';
import { GcsError } from './gcs-errors.ts';

/** What a store says of an object. */
export function infoOf(key: string, { size, modifiedAt, crc32c }: StoredObject): ObjectInfo {
  return { key, size, modifiedAt, ...(crc32c && { checksum: { kind: 'crc32c', base64: crc32c } }) };
}

/** Why an object is not what was sent: other bytes, or another key. Undefined when all is well. */
export function problemOf(
  key: string,
  { kmsKey }: WriteRequest,
  sent: { readonly size: number; readonly crc32c: string },
  stored: StoredObject,
): Error | undefined {
  if (stored.size !== sent.size || stored.crc32c !== sent.crc32c) {
    const kept = `${stored.size} bytes of CRC32C ${stored.crc32c ?? 'none'}`;
    const message = `the server kept ${kept}, and was sent ${sent.size} of ${sent.crc32c} [key=${key}]`;
    return new GcsError('checksumMismatch', message);
  }
  // Google names the key's version, too.
  if (kmsKey === undefined || stored.kmsKey === kmsKey || stored.kmsKey?.startsWith(`${kmsKey}/`))
    return undefined;
  return refused(
    'the server did not encrypt the object with the Cloud KMS key',
    key,
    'an emulator knows no keys: leave kmsKey out of the archive address; the archive is encrypted anyway',
  );
}

/** Rounded up: an object is never kept for less than was asked for. */
export function inWholeSeconds({ mode, until }: Retention): Retention {
  return { mode, until: new Date(Math.ceil(until.getTime() / 1000) * 1000) };
}
