import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { FileStore } from '../src/file-store.ts';
import { unfinishedFolder } from '../src/object-path.ts';
import { inNewFolder } from './folders.ts';

const writer = join(import.meta.dirname, 'writer.ts');
const manyWriter = join(import.meta.dirname, 'many-writer.ts');

function startWriter(...args: readonly (string | number)[]): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, ['--conditions=@cxvault/source', writer, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function firstWords(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return chunk.toString();
}

describe('a writer that is killed', () => {
  it('leaves no object under the name, and nothing that is listed', async () => {
    await inNewFolder(async (root) => {
      const child = startWriter(root, 'data/media/half', 10_000, 1, 'create');
      expect(await firstWords(child)).toBe('writing\n');
      child.kill('SIGKILL');
      await once(child, 'exit');
      // It was in the middle of it: what it wrote is there, under no object's name.
      expect(await readdir(join(root, unfinishedFolder))).toHaveLength(1);
      const store = new FileStore(root);
      expect(await store.stat('data/media/half')).toBeUndefined();
      expect(await Array.fromAsync(store.list(''))).toEqual([]);
      await store.put('data/media/half', Buffer.from('whole'), { ifAbsent: true });
      expect((await store.stat('data/media/half'))?.size).toBe(5);
    });
  });

  it('leaves the object that it was about to replace', async () => {
    await inNewFolder(async (root) => {
      const store = new FileStore(root);
      await store.put('locks/run/1.json', Buffer.from('old'));
      const child = startWriter(root, 'locks/run/1.json', 10_000, 1, 'replace');
      await firstWords(child);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(Buffer.concat(await Array.fromAsync(await store.get('locks/run/1.json'))).toString()).toBe(
        'old',
      );
    });
  });
});

describe('a writer that is killed at any moment', () => {
  it.each([2, 5, 8, 11, 14])('leaves whole objects only, %i ms into one of them', async (ms) => {
    await inNewFolder(async (root) => {
      const child = spawn(process.execPath, ['--conditions=@cxvault/source', manyWriter, root], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let written = 0;
      for await (const dots of child.stdout as AsyncIterable<Buffer>) {
        // Not a wait for anything: this is the moment of the crash.
        if (written < 3 && written + dots.length >= 3) setTimeout(() => child.kill('SIGKILL'), ms);
        written += dots.length;
      }
      const store = new FileStore(root);
      const infos = await Array.fromAsync(store.list(''));
      // Of each number that was told, the object is there; and the one that was replaced all the time.
      expect(infos.length).toBeGreaterThanOrEqual(written + 1);
      for (const { key } of infos) {
        const bytes = Buffer.concat(await Array.fromAsync(await store.get(key)));
        expect({ key, whole: bytes.equals(Buffer.alloc(4_000_000, bytes[0])) }).toEqual({ key, whole: true });
      }
    });
  });
});

describe('many processes that create one object', () => {
  it('one wins, the others are told that it exists, and its bytes are there', async () => {
    await inNewFolder(async (root) => {
      const writers = [1, 2, 3, 4].map((byte) => startWriter(root, 'runs/entry', 2, byte, 'create'));
      const words = await Promise.all(writers.map(firstWords));
      expect(words.toSorted()).toEqual(['exists\n', 'exists\n', 'exists\n', 'written\n']);
      const winner = words.indexOf('written\n') + 1;
      const stored = Buffer.concat(await Array.fromAsync(await new FileStore(root).get('runs/entry')));
      expect(stored.equals(Buffer.alloc(2_097_152, winner))).toBe(true);
      expect(await readdir(join(root, unfinishedFolder))).toEqual([]);
    });
  });
});
