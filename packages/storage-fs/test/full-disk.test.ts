import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { inNewFolder } from './folders.ts';

const writer = join(import.meta.dirname, 'writer.ts');
const node = `'${process.execPath}' --conditions=@cxvault/source '${writer}' mnt/archive`;

/** Runs a shell with mounts of its own, which needs user namespaces: containers and hardened systems have none. */
function inOwnMounts(folder: string, script: string): { status: number | null; output: string } {
  const shell = spawnSync('unshare', ['-rm', 'sh', '-ec', script], { cwd: folder, encoding: 'utf8' });
  return { status: shell.status, output: shell.error ? shell.error.message : shell.stdout + shell.stderr };
}

const small = 'mount -t tmpfs -o size=4m none mnt';
const reason = await mountProblem();
if (reason !== undefined) console.info(`left out: full and read-only disks, for lack of mounts (${reason})`);

async function mountProblem(): Promise<string | undefined> {
  let problem: string | undefined;
  await inNewFolder(async (folder) => {
    await mkdir(join(folder, 'mnt'));
    const { status, output } = inOwnMounts(folder, small);
    if (status !== 0) problem = output.trim();
  });
  return problem;
}

describe('a disk', () => {
  it('is set up for these tests, or they are said to be left out', () => {
    expect(typeof reason).toMatch(/^(string|undefined)$/);
  });

  if (reason === undefined) {
    it('that is full is told as such; nothing is left, and there is room again', async () => {
      await inNewFolder(async (folder) => {
        await mkdir(join(folder, 'mnt'));
        const script = [
          small,
          `${node} data/large 8 1 create | tail -1`,
          `${node} data/small 1 1 create`,
          `${node} data/small 8 2 replace | tail -1`,
          'cd mnt/archive; find . -type f; wc -c < data/small',
        ];
        const { output } = inOwnMounts(folder, script.join('\n'));
        expect(output).toBe('full\nwritten\nfull\n./data/small\n1048576\n');
      });
    });

    it('that is read-only denies', async () => {
      await inNewFolder(async (folder) => {
        await mkdir(join(folder, 'mnt'));
        const script = [
          small,
          `${node} data/small 1 1 create`,
          'mount -o remount,ro mnt',
          `${node} data/other 1 1 create`,
          `${node} data/small 1 2 replace`,
        ];
        const { output } = inOwnMounts(folder, script.join('\n'));
        expect(output).toBe('written\ndenied\ndenied\n');
      });
    });
  }
});
