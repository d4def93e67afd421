import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { FileStore } from '../src/file-store.ts';
import { syncFolder } from '../src/folder-sync.ts';
import { unfinishedFolder } from '../src/object-path.ts';
import { errorOf, inNewFolder } from './folders.ts';

const bytes = Buffer.from('bytes of an object');

async function keysOf(store: FileStore, prefix = ''): Promise<string[]> {
  return (await Array.fromAsync(store.list(prefix))).map(({ key }) => key);
}

describe('files and folders', () => {
  it('are open to their owner alone', async () => {
    await inNewFolder(async (folder) => {
      const root = join(folder, 'archive');
      const store = new FileStore(root);
      await store.put('data/media/object', bytes);
      await store.put('runs/entry', bytes, { ifAbsent: true });
      const modes: Record<string, string> = {};
      for (const path of ['', 'data', 'data/media', 'data/media/object', 'runs/entry', unfinishedFolder]) {
        modes[path] = ((await stat(join(root, path))).mode & 0o777).toString(8);
      }
      expect(modes).toEqual({
        '': '700',
        data: '700',
        'data/media': '700',
        'data/media/object': '600',
        'runs/entry': '600',
        [unfinishedFolder]: '700',
      });
      expect((await stat(join(root, 'runs/entry'))).nlink).toBe(1);
    });
  });

  it('lie where the key says, so that any tool can copy an archive', async () => {
    await inNewFolder(async (root) => {
      await new FileStore(root).put('data/media/object', bytes);
      expect(await readFile(join(root, 'data/media/object'))).toEqual(bytes);
    });
  });

  it('are no objects when they are folders, links or unfinished', async () => {
    await inNewFolder(async (root) => {
      const store = new FileStore(root);
      await store.put('data/object', bytes);
      await mkdir(join(root, 'empty/folder'), { recursive: true });
      await symlink(join(root, 'data/object'), join(root, 'link'));
      await symlink(root, join(root, 'data/circle'));
      await writeFile(join(root, unfinishedFolder, 'crashed'), 'half an obj');
      expect(await keysOf(store)).toEqual(['data/object']);
      expect(await keysOf(store, unfinishedFolder)).toEqual([]);
      for (const key of ['link', 'empty/folder', 'empty']) {
        expect(await store.stat(key)).toBeUndefined();
        expect(store.classify(await errorOf(() => store.get(key)))).toBe('not-found');
      }
      for (const key of [`${unfinishedFolder}/crashed`, `${unfinishedFolder.toUpperCase()}/x`]) {
        expect(store.classify(await errorOf(() => store.put(key, bytes)))).toBe('permanent');
        expect(store.classify(await errorOf(() => store.get(key)))).toBe('permanent');
      }
    });
  });

  it('stay when an object is removed: folders too', async () => {
    await inNewFolder(async (root) => {
      const store = new FileStore(root);
      await store.put('data/media/object', bytes);
      await store.remove('data/media/object');
      expect(await readdir(join(root, 'data/media'))).toEqual([]);
    });
  });
});

describe('a key that meets a file or folder of that name', () => {
  it('is refused, and said to exist only when it does', async () => {
    await inNewFolder(async (root) => {
      const store = new FileStore(root);
      await store.put('data/object', bytes);
      for (const key of ['data/object/below', 'data/object/below/more', 'data']) {
        expect(store.classify(await errorOf(() => store.put(key, bytes)))).toBe('permanent');
      }
      expect(store.classify(await errorOf(() => store.put('data/object/b', bytes, { ifAbsent: true })))).toBe(
        'permanent',
      );
      expect(await readdir(join(root, unfinishedFolder))).toEqual([]);
      await writeFile(join(root, 'file'), '');
      const wrong = new FileStore(join(root, 'file'));
      expect(wrong.classify(await errorOf(() => wrong.put('a', bytes)))).toBe('permanent');
    });
  });
});

describe('an archive that is not there', () => {
  it('is empty for readers, who do not create it', async () => {
    await inNewFolder(async (folder) => {
      const root = join(folder, 'archive');
      const store = new FileStore(root);
      expect(await keysOf(store)).toEqual([]);
      expect(await store.stat('cxvault.json')).toBeUndefined();
      expect(store.classify(await errorOf(() => store.get('cxvault.json')))).toBe('not-found');
      await store.remove('cxvault.json');
      expect(await readdir(folder)).toEqual([]);
    });
  });
});

describe('what a crash left', () => {
  it('goes after a day, with the first write', async () => {
    await inNewFolder(async (root) => {
      await new FileStore(root).put('data/1', bytes);
      const day = 86_400;
      for (const [name, age] of [
        ['old', day + 60],
        ['young', day - 60],
      ] as const) {
        const path = join(root, unfinishedFolder, name);
        await writeFile(path, 'half');
        await utimes(path, new Date(), Date.now() / 1000 - age);
      }
      const store = new FileStore(root);
      await keysOf(store);
      expect(await readdir(join(root, unfinishedFolder))).toHaveLength(2);
      await store.put('data/2', bytes);
      expect(await readdir(join(root, unfinishedFolder))).toEqual(['young']);
    });
  });
});

describe('a file system without hard links', () => {
  it.each(['EPERM', 'ENOTSUP'])('takes a look before it creates, and says so: %s', async (code) => {
    await inNewFolder(async (root) => {
      const failing = (): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }));
      const store = new FileStore(root, { link: failing });
      await store.put('runs/1', bytes, { ifAbsent: true });
      expect(store.capabilities.createIfAbsent).toBe(false);
      const error = await errorOf(() => store.put('runs/1', Buffer.from('other'), { ifAbsent: true }));
      expect(store.classify(error)).toBe('exists');
      expect(await readFile(join(root, 'runs/1'))).toEqual(bytes);
    });
  });
});

describe('a file system that cannot sync folders', () => {
  it('is used all the same', async () => {
    // Linux refuses to sync a folder of /proc with EINVAL, as some network file systems do.
    if (existsSync('/proc/self')) await expect(syncFolder('/proc')).resolves.toBeUndefined();
    await expect(syncFolder('/no/such/folder')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a folder that cannot be written', () => {
  it('is denied to those who have no right, and nothing is left', async () => {
    await inNewFolder(async (folder) => {
      const root = join(folder, 'archive');
      const store = new FileStore(root);
      await store.put('data/object', bytes);
      await chmod(join(root, 'data'), 0o500);
      await chmod(folder, 0o755);
      await asOrdinaryUser(root, async () => {
        const error = await errorOf(() => store.put('data/new', bytes));
        expect(store.classify(error)).toBe('denied');
      });
      await chmod(join(root, 'data'), 0o700);
      expect(await keysOf(store)).toEqual(['data/object']);
    });
  });
});

/** Root may write everywhere: then the work is done as nobody, who is given the root folder but not its parts. */
async function asOrdinaryUser(root: string, work: () => Promise<void>): Promise<void> {
  const { geteuid, seteuid } = process;
  if (geteuid?.() !== 0 || seteuid === undefined) return work();
  await chmod(root, 0o755);
  seteuid(65_534);
  try {
    await work();
  } finally {
    seteuid(0);
  }
}
