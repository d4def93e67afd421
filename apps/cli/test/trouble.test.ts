import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import type { Desk } from './cli-process.ts';
import { bin, ended } from './cli-process.ts';
import { SimulatedDesk } from './simulated-desk.ts';

let desk: SimulatedDesk;
let s3: FauxqsServer;
let medium: string;
const locked = ['--archive', 'archive', '--key-file', 'key'];

beforeAll(async () => {
  desk = await SimulatedDesk.openWith({
    population: { interactions: 3 },
    media: { kind: 'wav', perInteraction: 1, bytes: [3_000_000, 3_000_000] },
  });
  s3 = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
  await desk.run(['init', ...locked, '--password-file', 'password']);
  await desk.run(['run', ...locked], desk.source);
  const files = await readdir(desk.path('archive/data/media'), { recursive: true });
  medium = `data/media/${files.find((name) => name.endsWith('.cxv')) ?? ''}`;
});
afterAll(async () => {
  await s3.stop();
  await desk.close();
});

describe('stdout on a full disk', () => {
  it.each([
    ['a report', ['verify', ...locked, '--json']],
    ['content', ['decrypt', 'OBJECT', ...locked]],
    ['help', ['--help']],
  ])('is an error without a stack: %s', async (_, args) => {
    if (!existsSync('/dev/full')) return;
    const full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [bin, ...args.map((word) => word.replace('OBJECT', medium))], {
      cwd: desk.folder,
      env: desk.env,
      stdio: ['ignore', full.fd, 'pipe'],
    });
    const { code, stderr } = await ended(child);
    await full.close();
    expect(stderr).toMatch(
      /^error: the output could not be written \[to=stdout, reason=ENOSPC\]\nhint: .*\n$/,
    );
    expect(code).toBe(1);
  });
});

describe('a signal', () => {
  /** Starts a command that waits for its password, which a pipe gives only when told to. */
  async function waiting(
    name: string,
    args: readonly string[],
  ): Promise<{ child: ChildProcess; end: ReturnType<Desk['ended']>; pipe: FileHandle }> {
    const path = desk.path(name);
    await ended(spawn('mkfifo', [path]));
    const child = desk.start([...args, '--archive', 'archive', '--password-file', path, '--json']);
    // Opens when the command opens its end.
    return { child, end: desk.ended(child), pipe: await open(path, 'w') };
  }

  it('before the work begins ends with 130 and says so', async () => {
    const { child, end, pipe } = await waiting('early', ['verify']);
    const said = once(child.stdout ?? child, 'data');
    child.kill('SIGTERM');
    await said;
    await pipe.close();
    const { code, stdout } = await end;
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'INTERRUPTED', exit: 130 } });
    expect(code).toBe(130);
  });

  it('ends a decrypt with 130, and leaves nothing of its output', async () => {
    await mkdir(desk.path('out'));
    const { child, end, pipe } = await waiting('late', ['decrypt', medium, '--out', 'out/call.wav']);
    const said = once(child.stderr ?? child, 'data');
    child.kill('SIGINT');
    await said;
    await pipe.writeFile(desk.password);
    await pipe.close();
    const { code, stdout } = await end;
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'INTERRUPTED', exit: 130 } });
    expect(code).toBe(130);
    expect(await readdir(desk.path('out'))).toEqual([]);
  });
});

describe('the cache folder', () => {
  it('that cannot be made is a wrong setting', async () => {
    const { code, document } = await desk.json(['verify', ...locked], {
      CXVAULT_CACHE_DIR: desk.path('key'),
    });
    expect(document).toMatchObject({ error: { code: 'CONFIG_INVALID' } });
    expect(JSON.stringify(document)).toMatch(/reason=EEXIST/);
    expect(code).toBe(2);
  });

  it('that holds a damaged file is named, with the remedy', async () => {
    const cache = desk.path('cache');
    await desk.run(['verify', ...locked], { CXVAULT_CACHE_DIR: cache });
    for (const name of await readdir(cache)) {
      if (name.startsWith('catalog-')) await rm(`${cache}/${name}`);
      if (/^catalog-.*sqlite$/.test(name)) await writeFile(`${cache}/${name}`, 'no database '.repeat(100));
    }
    const { code, document } = await desk.json(['verify', ...locked], { CXVAULT_CACHE_DIR: cache });
    expect(document).toMatchObject({ error: { code: 'OUTPUT_FAILED' } });
    expect(JSON.stringify(document)).toMatch(/cache folder failed.*CXVAULT_CACHE_DIR/);
    expect(code).toBe(1);
  });
});

describe('what other systems name', () => {
  it('cannot command the terminal', async () => {
    const { code, stdout } = await desk.run([
      'restore',
      ...locked,
      '--interaction',
      '\u001B[2J\u202Ex',
      '--out',
      'none',
    ]);
    expect(stdout).toContain('\\u{1b}[2J\\u{202e}x');
    expect(stdout).not.toMatch(/\u001B|\u202E/);
    expect(code).toBe(3);
  });
});

describe('a report', () => {
  it('whose file cannot be written in the end is printed all the same, with the error', async () => {
    // The name is just short enough; that of the file which is to become the report is not.
    const file = `${'x'.repeat(245)}.json`;
    // Marks are changes too; a run waits until changes are a minute old.
    desk.simulator.advance(120_000);
    const { code, document } = await desk.json(['run', ...locked, '--report', file], desk.source);
    expect(document).toMatchObject({ failed_archives: 0, error: { code: 'OUTPUT_FAILED', exit: 1 } });
    expect(code).toBe(1);
    const words = await desk.run(['run', ...locked, '--report', file], desk.source);
    expect(words.stdout).toMatch(/^Nothing new/);
    expect(words.stderr).toMatch(/^error: the report could not be written/);
  });
});

describe('a run that breaks off', () => {
  it('does not say that all is archived', async () => {
    await desk.run(['init', '--archive', 'broken', '--key-file', 'key']);
    // What a run needs to write is taken away from it: no folder can be made where a file lies.
    await writeFile(desk.path('broken/data'), '');
    desk.simulator.advance(120_000);
    const { code, stdout, stderr } = await desk.run(
      ['run', '--archive', 'broken', '--key-file', 'key'],
      desk.source,
    );
    expect(stdout).toMatch(/^The run broke off\. Archived nothing\.\n/);
    expect(stderr).toMatch(/^error: /m);
    expect(code).toBe(20);
  });
});

describe('a bucket that does not exist', () => {
  it('is noticed before the tenant is read, for envelopes too', async () => {
    const asked = desk.simulator.stats().families.detail.requests;
    const env = {
      ...desk.source,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: desk.secret('s3cret-of-the-cloud'),
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3.port}`,
      ARCHIVAL_ENCRYPTION_KEY: desk.secret('of the envelopes'),
    };
    const { code, document } = await desk.json(
      ['run', '--format', 'envelope', '--archive', 's3://nowhere/p'],
      env,
    );
    expect(document).toMatchObject({ error: { code: 'STORE_NOT_FOUND' } });
    expect(JSON.stringify(document)).toContain('the bucket does not exist');
    expect({ code, asked: desk.simulator.stats().families.detail.requests }).toEqual({ code: 20, asked });
  });
});
