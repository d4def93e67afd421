import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readCommandLine } from '../src/command-line.ts';
import { settingsSchema } from '../src/settings.ts';
import { PlatformVisitor } from './platform-visitor.ts';
import { Visitor } from './visitor.ts';

const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Runs the sources of the bin: the same code as `bin/run.js` loads, without a build. */
function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const code = `import { main } from ${JSON.stringify(new URL('../src/main.ts', import.meta.url).href)}; await main(process.argv.slice(1));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, '--', ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (piece: Buffer) => (said.out += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (said.err += piece.toString()));
  const ended = once(child, 'close').then(() => ({
    ...said,
    code: child.exitCode,
    signal: child.signalCode,
  }));
  return { child, said, ended };
}

describe('the bin', () => {
  it('says where it listens, takes its settings from arguments, files and environment, and ends on SIGTERM', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
    const file = join(folder, 'settings.json');
    await writeFile(
      file,
      JSON.stringify({ spelling: 'snake', population: { interactions: 4, spanMs: 1000 } }),
    );
    const args = ['--interactions', '7', '--seed', 's', '--settings', file, '--media-bytes', '1KiB-2KiB'];
    const faults = ['--faults', '{"denied":1}', '--media-per-interaction', '2'];
    const { child, said, ended } = run([...args, ...faults], {
      CXONE_CLIENT_ID: 'me',
      CXONE_CLIENT_SECRET: 'mine',
    });
    while (!said.out.includes('\n')) await once(child.stdout, 'data');
    const { url } = z.object({ url: z.string() }).parse(JSON.parse(said.out));
    const visitor = new Visitor(url);
    expect((await visitor.askToken('me', 'mine')).status).toBe(200);
    expect((await visitor.askToken('demo-client', 'demo-secret')).status).toBe(401);
    expect((await visitor.control('GET', '/__truth')).json()).toMatchObject({ total: 7, denied: 7 });
    const start = performance.now();
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - start).toBeLessThan(2000);
    await rm(folder, { recursive: true });
  });

  it('serves the profile platform, with the access key of the environment', async () => {
    const { child, said } = run(['--profile', 'platform', '--interactions', '3'], {
      CXONE_ACCESS_KEY_ID: 'key',
      CXONE_ACCESS_KEY_SECRET: 'secret',
    });
    while (!said.out.includes('\n')) await once(child.stdout, 'data');
    const { url } = z.object({ url: z.string() }).parse(JSON.parse(said.out));
    const visitor = new PlatformVisitor(url);
    const form = { grant_type: 'password', username: 'key', password: 'secret' };
    expect((await visitor.askToken(form)).status).toBe(200);
    expect((await visitor.askToken({ ...form, password: 'demo-access-secret' })).status).toBe(400);
    expect((await visitor.control('GET', '/__truth')).json()).toHaveProperty('media.kinds');
  });

  it('refuses a wrong setting with a clear word, and starts nothing', async () => {
    const { out, err, code } = await run(['--faults', '{"slo":1}']).ended;
    expect([out, code]).toEqual(['', 2]);
    expect(err).toContain('slo');
    expect(err).toContain('--help');
    expect(err).not.toContain('    at ');
  });

  it('explains itself, and names a port that is taken', async () => {
    expect((await run(['--help']).ended).out).toContain('--media-per-interaction');
    const first = run([]);
    while (!first.said.out.includes('\n')) await once(first.child.stdout, 'data');
    const { url } = z.object({ url: z.string() }).parse(JSON.parse(first.said.out));
    const second = await run(['--port', new URL(url).port]).ended;
    expect([second.code, second.out]).toEqual([1, '']);
    expect(second.err).toContain('EADDRINUSE');
  });
});

describe('the command line', () => {
  it.each([
    [['--interactions', 'many'], 'whole number'],
    [['--media', 'film'], 'kind'],
    [['--profile', 'fax'], 'profile'],
    [['--settings', '{"platform":1}'], 'platform'],
    [['--media-bytes', '2MB-1MB'], 'small to large'],
    [['--media-bytes', '2 parsecs'], 'not a size'],
    [['--media-per-interaction', '3-1'], 'small to large'],
    [['--faults', '{broken'], '--faults is not a JSON object'],
    [['--settings', '{"login":1}'], 'login'],
    [['--unknown'], 'unknown'],
  ])('is not understood when it is %j', (args, word) => {
    expect(() => settingsSchema.parse(readCommandLine(args, {}))).toThrow(word);
  });
});
