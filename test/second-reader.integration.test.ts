import { execFile } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { openTenantDesk, succeed, type TenantDesk } from './support/tenant-desk.ts';

// tools/reader opens and checks what cxvault wrote, and what tools/python wrote, sharing no code with either.

const root = fileURLToPath(new URL('..', import.meta.url));
const python = join(root, 'node_modules/.cache/python/bin/python');
const reader = join(root, 'tools/reader/cxvault_reader.py');
const run = promisify(execFile);

interface Read {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
let office: TenantDesk;
let archive: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxvault-reader-'));
  office = await openTenantDesk({ population: { interactions: 60, newestAgeMs: 3_600_000 } });
  const { desk, tenant } = office;
  archive = desk.path('archive');
  env = { ARCHIVAL_ENCRYPTION_KEY: desk.env['ARCHIVAL_ENCRYPTION_KEY'] };
  await succeed(desk, ['init']);
  await succeed(desk, ['run']);
  const [first] = tenant.truthRows({});
  await fetch(`${tenant.url}/__edit`, { method: 'POST', body: JSON.stringify({ id: first?.id }) });
  tenant.advance(61_000); // an edit is settled after a minute
  await succeed(desk, ['key', 'rotate']);
  await succeed(desk, ['run']);
}, 120_000);

afterAll(async () => {
  await office[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function read(...args: readonly string[]): Promise<Read> {
  try {
    return { exit: 0, ...(await run(python, [reader, ...args], { env, maxBuffer: 2 ** 28 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exit: code, stdout, stderr };
  }
}

/** The files below a folder: records as JSON, everything else by its hash. */
async function filesOf(place: string): Promise<{ records: unknown[]; media: string[] }> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'manifest.json');
  const contents = await Promise.all(
    files.map(async (file) => ({ name: file.name, bytes: await readFile(join(file.parentPath, file.name)) })),
  );
  const records = contents.filter(({ name }) => name === 'record.json').map(({ bytes }) => bytes.toString());
  return {
    records: records.map((text) => JSON.parse(text) as unknown).sort(byText),
    media: contents
      .filter(({ name }) => name !== 'record.json')
      .map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'))
      .sort(),
  };
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

describe('the second reader', () => {
  it('opens the same records and media as cxvault restores', async () => {
    const out = join(folder, 'opened');
    expect(await read('open', archive, '--out', out)).toMatchObject({ exit: 0, stderr: '' });
    await succeed(office.desk, ['restore', '--all', '--out', join(folder, 'restored')]);
    const opened = await filesOf(out);
    expect(opened).toEqual(await filesOf(join(folder, 'restored')));
    expect(opened.records).toHaveLength(60);
  });

  it('lists and opens one interaction, and names one that it has not', async () => {
    const { stdout } = await read('list', archive);
    const listed = stdout.trim().split('\n');
    expect(listed).toHaveLength(60);
    const { interaction_id: id } = JSON.parse(listed[0] ?? '') as { interaction_id: string };
    const one = join(folder, 'one');
    const outcome = await read('open', archive, id, 'no-such-id', '--out', one);
    expect(outcome).toMatchObject({ exit: 3, stderr: 'no-such-id: not in this archive\n' });
    expect((await filesOf(one)).records).toMatchObject([{ interaction_id: id }]);
  });

  it('finds the archive whole', async () => {
    const { exit, stdout, stderr } = await read('check', archive);
    expect({ exit, stderr, problems: JSON.parse(stdout) as unknown }).toMatchObject({
      exit: 0,
      stderr: '',
      problems: { interactions: 60, problems: 0 },
    });
  });

  it('finds a bit that was flipped anywhere below data and runs, and every file that is gone', async () => {
    const seed = randomInt(2 ** 31);
    console.info(`seed ${seed}`);
    const copy = join(folder, 'damaged');
    await cp(archive, copy, { recursive: true });
    const below = await Promise.all(['data', 'runs'].map((part) => filesBelow(join(copy, part))));
    const files = below.flat().filter((file) => !file.endsWith('report.cxv'));
    for (let n = 0; n < 24; n += 1) {
      const file = files[(seed + n * 7919) % files.length] ?? '';
      const whole = await readFile(file);
      if (n % 4 === 0) await rm(file);
      else await writeFile(file, flipped(whole, seed + n * 104_729));
      const { exit, stderr } = await read('check', copy);
      expect([n, exit, stderr.includes(relative(copy, file))]).toEqual([n, 3, true]);
      await writeFile(file, whole);
    }
    expect(await read('check', copy)).toMatchObject({ exit: 0 });
  }, 120_000);

  it('opens nothing with a wrong password', async () => {
    const right = env;
    env = { ARCHIVAL_ENCRYPTION_KEY: 'another password' };
    const { exit, stdout, stderr } = await read('list', archive);
    env = right;
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' });
    expect(stderr).toContain('wrong key: no slot opens with it');
  });
});

describe('the second reader, of an archive that another program wrote', () => {
  const key = (): string[] => ['--key-file', join(folder, 'key')];

  it('finds it whole, and opens all but what was erased', async () => {
    await writeFile(join(folder, 'key'), Buffer.from(Array.from({ length: 32 }, (_, number) => number)));
    const foreign = join(folder, 'foreign');
    const made = await run(python, [join(root, 'tools/python/foreign_archive.py'), foreign], {
      maxBuffer: 2 ** 26,
    });
    const { newest } = JSON.parse(made.stdout) as { newest: Record<string, object> };
    expect(await read('check', foreign, ...key())).toMatchObject({ exit: 0 });
    const ids = Object.keys(newest);
    const out = join(folder, 'foreign-opened');
    expect(await read('open', foreign, ...ids, '--out', out, ...key())).toMatchObject({ exit: 0 });
    expect((await filesOf(out)).records).toEqual(Object.values(newest).sort(byText));
    const erased = await read('open', foreign, 'gone', '--out', out, ...key());
    expect(erased).toMatchObject({ exit: 3 });
    expect(erased.stderr).toContain('gone: not in this archive');
  });

  it.each(['needs', 'hidden-frame', 'unlisted'])('names what it must not write: %s', async (what) => {
    const place = join(folder, what);
    const script = join(root, 'tools/python/foreign_faults.py');
    const { stdout: named } = await run(python, [script, what, place]);
    const { exit, stderr } = await read('check', place, ...key());
    expect({ exit, named: stderr.includes(named.trim()) }).toEqual({ exit: 3, named: true });
  });
});

async function filesBelow(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const place = at % copy.length;
  copy[place] = (copy[place] ?? 0) ^ (1 << (at % 8));
  return copy;
}
