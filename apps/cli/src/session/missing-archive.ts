import { isCxvaultError, type ObjectStore } from '@cxvault/plugin-api';

/**
 * Why there is no archive: a bucket that does not exist answers a read like an object that does not, and only
 * listing tells them apart. Returns the error to throw.
 */
export async function explainMissingArchive(store: ObjectStore, error: unknown): Promise<unknown> {
  if (!isCxvaultError(error) || error.code !== 'ARCHIVE_NOT_FOUND') return error;
  try {
    for await (const found of store.list('')) if (found.key !== '') break;
    return error;
  } catch (reason) {
    return isCxvaultError(reason) && reason.code === 'STORE_NOT_FOUND' ? reason : error;
  }
}
