import { once } from 'node:events';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { RunLock, systemClock } from '@cxvault/core';
import { fileStorage } from '@cxvault/storage-fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SimulatedDesk } from './simulated-desk.ts';

const interactions = 30;
const archive = ['--archive', 'archive', '--password-file', 'password'];

let desk: SimulatedDesk;
beforeAll(async () => {
  desk = await SimulatedDesk.openWith({
    population: { interactions },
    media: { kind: 'wav', perInteraction: 1, bytes: [20_000, 40_000] },
    faults: { slow: { rate: 1, milliseconds: 50 } },
  });
  await desk.run(['init', ...archive]);
});
afterAll(async () => {
  await desk.close();
});

/** Names of all objects, without what the file store keeps for itself. */
async function objects(): Promise<string[]> {
  const root = desk.path('archive');
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(root.length + 1))
    .filter((name) => !name.startsWith('.'))
    .sort();
}

async function age(days: number): Promise<void> {
  const at = new Date(Date.now() - days * 86_400_000);
  for (const name of await objects()) await utimes(desk.path('archive', name), at, at);
}

/** Kills a run when it has stored a medium and not yet an entry. */
async function killRun(): Promise<number | undefined> {
  const child = desk.start(['run', ...archive], desk.source);
  const ended = once(child, 'exit');
  while (!(await objects()).some((name) => name.startsWith('data/media/'))) await turn();
  child.kill('SIGKILL');
  await ended;
  return child.pid;
}

describe('after a run that was killed', () => {
  it('unlock says whose lock it was, breaks it, and finds none then', async () => {
    const pid = await killRun();
    expect((await objects()).filter((name) => name.startsWith('runs/'))).toEqual([]);
    expect((await objects()).filter((name) => name.startsWith('locks/run/'))).toHaveLength(1);
    const { code, document } = await desk.json(['unlock', '--archive', 'archive']);
    expect({ code, document }).toMatchObject({
      code: 0,
      document: {
        broken: true,
        lock: { pid, host: hostname(), holder: 'gone', object_key: 'locks/run/1.json' },
      },
    });
    expect((await objects()).filter((name) => name.startsWith('locks/'))).toEqual([]);
    const again = await desk.run(['unlock', ...archive]);
    expect(again).toMatchObject({ code: 0, stdout: 'The archive is not locked.\n', stderr: '' });
  });

  it('prune leaves alone what is young', async () => {
    const before = await objects();
    const { code, document } = await desk.json(['prune', ...archive, '--yes', '--records']);
    expect({ code, document }).toMatchObject({
      code: 0,
      document: {
        dry_run: false,
        older_than_ms: 86_400_000,
        leftovers: [],
        removed: { objects: 0, bytes: 0 },
      },
    });
    expect(await objects()).toEqual(before);
  });

  it('prune lists what is old, and removes it when told to', async () => {
    const left = (await objects()).filter((name) => name.startsWith('data/'));
    await age(3);
    const before = await objects();
    const listed = await desk.json(['prune', ...archive]);
    expect(listed).toMatchObject({
      code: 0,
      document: { dry_run: true, removed: { objects: 0 }, rings_kept: null },
    });
    const { leftovers } = listed.document as { leftovers: { object_key: string; kind: string }[] };
    expect(leftovers.filter(({ kind }) => kind === 'media').map(({ object_key }) => object_key)).toEqual(
      left,
    );
    expect(leftovers.map(({ kind }) => kind)).toContain('ring');
    expect(await objects()).toEqual(before);
    const words = await desk.run(['prune', ...archive]);
    expect(words.stdout).toMatch(/^\d+ leftovers of crashed runs, .*:\n {2}media /);
    expect(words.stdout).toContain('Next: cxvault prune --archive archive --password-file password --yes');
    expect((await desk.run(['prune', ...archive, '--older-than', '7d', '--yes'])).stdout).toMatch(
      /^Removed 0/,
    );
    const removed = await desk.json(['prune', ...archive, '--yes']);
    expect(removed).toMatchObject({ code: 0, document: { removed: { objects: leftovers.length } } });
    expect(await objects()).toEqual(
      before.filter((name) => !leftovers.some(({ object_key }) => object_key === name)),
    );
  });

  it('the next run archives everything, of which prune removes nothing', async () => {
    expect((await desk.run(['run', ...archive], desk.source)).code).toBe(0);
    await age(3);
    const before = await objects();
    const { document } = await desk.json(['prune', ...archive, '--yes', '--records']);
    expect(document).toMatchObject({ leftovers: [], with_records: [], removed: { objects: 0 } });
    expect(await objects()).toEqual(before);
    const verified = await desk.json(['verify', ...archive]);
    expect(verified).toMatchObject({
      code: 0,
      document: { ok: true, objects: { leftover: 0 }, records: { checked: interactions } },
    });
  });
});

describe('what prune and unlock refuse', () => {
  it.each([['1h'], ['23h'], ['soon']])('--older-than %s', async (duration) => {
    const { code, document } = await desk.json(['prune', ...archive, '--older-than', duration, '--yes']);
    expect({ code, document }).toMatchObject({ code: 2, document: { error: { code: 'USAGE' } } });
  });

  it('an address without an archive, and the lock of a living run', async () => {
    expect((await desk.json(['unlock', '--archive', 'nothing'])).code).toBe(10);
    const store = await fileStorage.open(pathToFileURL(desk.path('archive')), {
      settings: undefined,
      env: {},
    });
    const lock = await RunLock.acquire(store, { runId: 'ours', clock: systemClock });
    const held = { code: 11, document: { error: { code: 'ARCHIVE_LOCKED' } } };
    const refused = await desk.json(['unlock', '--archive', 'archive']);
    expect(refused).toMatchObject(held);
    expect(refused.stdout).toContain(`pid=${String(process.pid)}`);
    expect(refused.stdout).toContain(`end process ${String(process.pid)} on this machine`);
    expect(await desk.json(['prune', ...archive])).toMatchObject(held);
    expect(await desk.json(['key', 'rotate', ...archive])).toMatchObject(held);
    await lock.check(); // nobody took it
    await lock.release();
  });

  it('a journal with a damaged entry', async () => {
    const [entry = ''] = (await objects()).filter((name) => name.endsWith('000001.cxv'));
    const bytes = await readFile(desk.path('archive', entry));
    bytes[90] = (bytes[90] ?? 0) ^ 1;
    await writeFile(desk.path('archive', entry), bytes);
    const before = await objects();
    const { code, document } = await desk.json(['prune', ...archive, '--yes', '--records']);
    expect({ code, document }).toMatchObject({ code: 3, document: { error: { code: 'JOURNAL_DAMAGED' } } });
    expect(await objects()).toEqual(before);
  });
});

describe('cxvault storage list', () => {
  it('names what brings each scheme, and what would bring others', async () => {
    const { code, document } = await desk.json(['storage', 'list']);
    expect(code).toBe(0);
    expect(document).toEqual({
      storages: [
        { scheme: 'file', plugin: '@cxvault/storage-fs', version: expect.any(String) as unknown },
        { scheme: 's3', plugin: '@cxvault/storage-s3', version: expect.any(String) as unknown },
      ],
      installable: [
        { scheme: 'az', package: '@cxvault/storage-azure' },
        { scheme: 'gs', package: '@cxvault/storage-gcs' },
      ],
      refused: [],
    });
    const words = await desk.run(['storage', 'list']);
    expect(words.stdout).toContain('cxvault plugins install @cxvault/storage-gcs');
  });

  it.each([
    ['az', '@cxvault/storage-azure'],
    ['gs', '@cxvault/storage-gcs'],
  ])('an archive at %s: asks for %s', async (scheme, name) => {
    const { code, document } = await desk.json([
      'init',
      '--archive',
      `${scheme}://bucket/prefix`,
      '--password-file',
      'password',
    ]);
    expect({ code, document }).toMatchObject({
      code: 2,
      document: { error: { code: 'SCHEME_UNKNOWN', hint: expect.stringContaining(name) as unknown } },
    });
  });
});
