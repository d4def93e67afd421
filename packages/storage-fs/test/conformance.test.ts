import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describeStore } from '@cxvault/storage-testkit';

import { FileStore } from '../src/file-store.ts';
import { unfinishedFolder } from '../src/object-path.ts';

describeStore('FileStore', {
  make: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cxvault-fs-'));
    const root = join(folder, 'not', 'there', 'yet');
    return {
      store: new FileStore(root),
      another: new FileStore(root),
      unfinished: async () => (await readdir(join(root, unfinishedFolder)).catch(() => [])).length,
      close: () => rm(folder, { recursive: true }),
    };
  },
  absent: { retention: 'a file system has none', flippedBits: 'there is no connection to it' },
  pageSize: 100,
  errors: [
    { error: systemError('ENOSPC'), kind: 'full' },
    { error: systemError('EDQUOT'), kind: 'full' },
    { error: systemError('EACCES'), kind: 'denied' },
    { error: systemError('EPERM'), kind: 'denied' },
    { error: systemError('EROFS'), kind: 'denied' },
    { error: systemError('ENOENT'), kind: 'not-found' },
    { error: systemError('EEXIST'), kind: 'exists' },
    { error: systemError('EMFILE'), kind: 'transient' },
    { error: systemError('ESTALE'), kind: 'transient' },
    { error: systemError('EIO'), kind: 'permanent' },
    { error: systemError('ENAMETOOLONG'), kind: 'permanent' },
  ],
});

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the system says it`), { code });
}
