import { join } from 'node:path';

import { refused, requireKey } from '@cxvault/plugin-api';

/**
 * The folder of unfinished objects, directly below the archive's root: on the same file system as every object,
 * and never listed. What a crash leaves there is no part of the archive.
 */
export const unfinishedFolder = '.cxvault-unfinished';

/** Where an object lies. Throws `STORE_REFUSED` for a key that is illegal or would lead out of the root. */
export function objectPath(root: string, key: string): string {
  requireKey(key);
  if (isUnfinished(key)) throw refused('this name is kept for unfinished objects', key);
  return join(root, key);
}

/** True for what lies in {@link unfinishedFolder}; file systems may ignore case. */
export function isUnfinished(key: string): boolean {
  const [first = ''] = key.split('/', 1);
  return first.toLowerCase() === unfinishedFolder;
}
