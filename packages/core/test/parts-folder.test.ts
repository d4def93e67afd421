import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ownProcess } from '../src/process-identity.ts';
import { PartsFolder } from '../src/restore/parts-folder.ts';

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'cxvault-parts-'));
});
afterEach(async () => {
  await rm(out, { recursive: true });
});

/** A folder that a restore left, with a part in it. */
async function leave(name: string, owner: unknown): Promise<void> {
  await mkdir(join(out, name));
  await writeFile(join(out, name, 'part'), 'what somebody said');
  if (owner !== undefined) await writeFile(join(out, name, 'owner.json'), JSON.stringify(owner));
}

describe('PartsFolder', () => {
  it('keeps the folder of a restore that runs', async () => {
    const first = await PartsFolder.open(out);
    const second = await PartsFolder.open(out);
    expect(await readdir(out)).toHaveLength(2);
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
    expect(await readdir(out)).toEqual([]);
  });

  it('removes those of restores that are gone, and nothing else', async () => {
    const own = ownProcess();
    await leave('.a.cxvault-part', { ...own, process_start: 'long ago' });
    await leave('.b.cxvault-part', { ...own, boot_id: 'before' });
    await leave('.c.cxvault-part', undefined);
    await leave('.d.cxvault-part', { ...own, host: 'elsewhere' });
    await leave('mine', undefined);
    await writeFile(join(out, 'a.cxvault-part'), 'mine too');
    const folder = await PartsFolder.open(out);
    await folder[Symbol.asyncDispose]();
    expect((await readdir(out)).sort()).toEqual(['.d.cxvault-part', 'a.cxvault-part', 'mine']);
  });
});
