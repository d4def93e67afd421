import { isCodecError } from '@cxvault/crypto-codec';
import { isCxvaultError } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import { classifyStoreError } from '../store-errors.ts';
import { FileConflict } from './output-file.ts';

/**
 * Why one interaction or medium could not be restored, in words for the manifest; undefined when the error ends
 * the whole restore (the disk, the store, an interruption).
 */
export function restoreFailure(archive: Archive, objectKey: string, error: unknown): string | undefined {
  if (error instanceof FileConflict) return error.message;
  if (isCodecError(error)) return `${error.problem}: ${error.detail} [object=${objectKey}]`;
  if (isCxvaultError(error) && ['ARCHIVE_DAMAGED', 'STORE_REFUSED'].includes(error.code))
    return error.message;
  return classifyStoreError(archive.store, error) === 'not-found'
    ? `missing: the store has no such object [object=${objectKey}]`
    : undefined;
}
