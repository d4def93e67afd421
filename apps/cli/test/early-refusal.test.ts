import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Simulator, startSimulator } from '@cxvault/cxone-simulator';
import { Desk } from './cli-process.ts';

const locked = ['--archive', 'archive', '--key-file', 'key'];
const secret = 's3cret-of-the-client';
let desk: Desk;
let simulator: Simulator;
beforeAll(async () => {
  desk = await Desk.open();
  simulator = await startSimulator({
    population: { interactions: 3 },
    media: { kind: 'none' },
    login: { clientSecret: desk.secret(secret) },
  });
  await writeFile(desk.path('key'), new Uint8Array(32).fill(9));
  await writeFile(desk.path('a-file'), '');
  expect((await desk.run(['init', ...locked])).code).toBe(0);
});
afterAll(async () => {
  await simulator.close();
  await desk.close();
});

async function refused(args: readonly string[], code: string, message: string): Promise<void> {
  const ended = await desk.json(args);
  expect(ended.document).toMatchObject({
    error: { code, exit: 2, message: expect.stringContaining(message) },
  });
  expect(ended.code).toBe(2);
}

describe('before anything is started', () => {
  it('an empty flag is refused: a shell gives it for an unset variable', async () => {
    await refused(['restore', ...locked, '--all', '--out='], 'USAGE', '--out is empty');
    await refused(['status', '--archive=', '--key-file', 'key'], 'USAGE', '--archive is empty');
  });

  it('a page or metrics file of verify is refused where none can be written', async () => {
    for (const flag of ['--html', '--metrics-file']) {
      await refused(['verify', ...locked, flag, 'no-folder/x'], 'CONFIG_INVALID', 'reason=ENOENT');
      await refused(['verify', ...locked, flag, 'archive'], 'CONFIG_INVALID', 'reason=EISDIR');
    }
  });

  it('a run that is to retain what the store cannot retain is refused, and writes nothing', async () => {
    const environment = desk.sourceAt(simulator.url, secret);
    const before = await readdir(desk.path('archive'), { recursive: true });
    for (const more of [[], ['--dry-run'], ['--every', '1m']]) {
      const ended = await desk.json(['run', ...locked, '--retain', '7y', ...more], environment);
      expect(ended).toMatchObject({
        code: 2,
        document: {
          error: { code: 'CONFIG_INVALID', exit: 2, hint: expect.stringContaining('Object Lock') },
        },
      });
    }
    expect(await readdir(desk.path('archive'), { recursive: true })).toEqual(before);
  });

  it('a time to retain that is none, or that envelopes cannot keep, is refused', async () => {
    await refused(['run', ...locked, '--retain', 'long'], 'USAGE', '--retain is not a duration');
    for (const time of ['0s', '101y'])
      await refused(['run', ...locked, '--retain', time], 'USAGE', 'not between 1 second and 100 years');
    const envelope = ['run', ...locked, '--format', 'envelope'];
    await refused([...envelope, '--retain', '1h'], 'USAGE', '--retain contradicts --format envelope');
    await writeFile(desk.path('retain.json'), '{"run": {"retain": "1h"}}');
    await refused([...envelope, '--config', 'retain.json'], 'USAGE', '--retain contradicts');
    await refused(['run', ...locked, '--config', 'retain.json'], 'CONFIG_INVALID', 'cannot retain objects');
  });

  it('a restore into a file is refused', async () => {
    for (const out of ['a-file', 'a-file/x'])
      await refused(
        ['restore', ...locked, '--all', '--out', out],
        'USAGE',
        `is a file, or below one [out=${out}`,
      );
  });

  it('flags that contradict each other are named, whoever finds it', async () => {
    await refused(['list', ...locked, '--jsonl'], 'USAGE', '--json contradicts --jsonl');
    await refused(
      ['run', '--interaction', '4', '--limit', '3'],
      'USAGE',
      '--limit contradicts --interaction',
    );
    await refused(
      ['run', ...locked, '--dry-run', '--metrics-file', 'x'],
      'USAGE',
      '--metrics-file contradicts --dry-run',
    );
  });

  it('a plugin that is not installed is a slip of the hand', async () => {
    await refused(['plugins', 'inspect', 'nope'], 'USAGE', 'plugin nope is not installed');
  });
});

describe('init', () => {
  it('says that a part of the path is a file', async () => {
    const { code, stderr } = await desk.run(['init', '--archive', 'a-file/x', '--key-file', 'key']);
    expect(code).toBe(20);
    expect(stderr).toMatch(/^error: the path of the archive leads through a file: \S+a-file\/x /);
  });
});

describe('a folder that takes nothing', () => {
  it('ends what would make one in it', async () => {
    expect((await desk.run(['init', '--archive', '/proc/x', '--key-file', 'key'])).code).toBe(20);
    expect((await desk.run(['restore', ...locked, '--all', '--out', '/proc/x/y'])).code).toBe(1);
    expect((await desk.run(['key', 'export', ...locked, '--out', '/proc/x'])).code).toBe(1);
  });
});

describe('a dry run', () => {
  it('says what a run would warn of', async () => {
    const source = { ...desk.sourceAt(simulator.url, secret), CXONE_ARCHIVAL_FIELD_ID: '' };
    const { code, stderr } = await desk.run(['run', ...locked, '--dry-run'], source);
    expect(code).toBe(0);
    expect(stderr).toContain('interactions are not marked');
  });
});

describe('an API base that is wrong', () => {
  it('is no missing scope', async () => {
    const away = { ...desk.sourceAt(simulator.url, secret), CXONE_ARCHIVAL_FIELD_ID: '' };
    await writeFile(desk.path('wrong.json'), JSON.stringify({ cxone: { queryPath: '/nowhere' } }));
    const args = ['--config', 'wrong.json', ...locked];
    const { code, document } = await desk.json(['run', ...args, '--no-mark'], away);
    expect(document).toMatchObject({ error: { code: 'SOURCE_REFUSED', exit: 20 } });
    expect(code).toBe(20);
    const { stdout } = await desk.run(['doctor', ...args], away);
    expect(stdout).toContain('check CXONE_API_BASE');
    expect(stdout).not.toContain('Extract Interaction Metadata');
  });
});

describe('a run into envelopes', () => {
  it('keeps metrics too', async () => {
    const args = ['--archive', 'envelopes', '--format', 'envelope', '--metrics-file', 'envelopes.prom'];
    const env = {
      ...desk.sourceAt(simulator.url, secret),
      ARCHIVAL_ENCRYPTION_KEY: desk.secret('a password of envelopes'),
    };
    expect((await desk.run(['run', ...args], env)).code).toBe(0);
    const text = await readFile(desk.path('envelopes.prom'), 'utf8');
    expect(text).toMatch(/^cxvault_run_archived_interactions\{.*\} 3$/m);
    expect(text).toMatch(/^cxvault_run_last_exit_code\{.*\} 0$/m);
    expect(text).toMatch(/^cxvault_run_last_success_timestamp_seconds\{/m);
  });
});
