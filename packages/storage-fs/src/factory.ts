import { fileURLToPath } from 'node:url';

import { CxvaultError } from '@cxvault/plugin-api';
import type { StorageFactory } from '@cxvault/plugin-api';

import { FileStore } from './file-store.ts';

/** Archives in folders: `file:///path/of/archive`. There are no parameters. */
export const fileStorage: StorageFactory = {
  schemes: ['file'],
  open: (url) => Promise.resolve().then(() => new FileStore(folderOf(url))),
};

/** Throws `CONFIG_INVALID` for an address that is more than a path on this machine. */
function folderOf(url: URL): string {
  const parameters = [...new Set(url.searchParams.keys())];
  if (url.search !== '' || url.hash !== '') {
    throw new CxvaultError('CONFIG_INVALID', 'a folder as archive takes no parameters', {
      context: { parameters: parameters.join(' ') || url.search + url.hash, path: url.pathname },
      hint: 'write a ? in a path as %3F and a # as %23, or give the path without file://',
    });
  }
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new CxvaultError('CONFIG_INVALID', 'the address of the archive is no path on this machine', {
      context: { url: url.href },
      hint: 'write file:///path/of/archive, with three slashes, or the path alone',
      cause: error,
    });
  }
}
