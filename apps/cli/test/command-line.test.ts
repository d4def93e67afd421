import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bin, Desk, ended } from './cli-process.ts';

const ours = ['init', 'run', 'verify', 'restore', 'decrypt', 'doctor'];

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk.close());

describe('help', () => {
  it('names every command, and plugins', async () => {
    const { code, stdout, stderr } = await desk.run(['--help']);
    expect(code).toBe(0);
    for (const command of [...ours, 'plugins']) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(stderr).toBe('');
  });

  it.each(ours)('of %s has a summary, two examples and its flags', async (command) => {
    const { code, stdout } = await desk.run([command, '--help']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/^[A-Z].*\.$/);
    const examples =
      stdout.slice(stdout.indexOf('EXAMPLES')).match(new RegExp(`cxvault ${command} `, 'g')) ?? [];
    expect(examples.length).toBeGreaterThanOrEqual(2);
    expect(stdout).toContain('--json');
  });

  it('loads neither core nor a cloud SDK', async () => {
    const hook = desk.path('list-modules.mjs');
    await writeFile(
      hook,
      `import { registerHooks } from 'node:module';
       registerHooks({ load(url, context, next) { process.stderr.write('LOADED ' + url + '\\n'); return next(url, context); } });`,
    );
    const { stderr } = await desk.run(['--help'], {}, ['--import', hook]);
    const loaded = stderr.split('\n').filter((line) => line.startsWith('LOADED '));
    expect(loaded.some((line) => line.includes('/@oclif/core/'))).toBe(true); // or the list would be worth nothing
    expect(
      loaded.filter((line) => /@aws-sdk|@smithy|openid-client|packages\/core|\/zod\//.test(line)),
    ).toEqual([]);
  });

  it('ends quietly when the reader goes away', async () => {
    const child = desk.start(['--help']);
    child.stdout?.destroy();
    const { code, stderr } = await ended(child);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('--json', () => {
  it.each([
    ['help', ['--help'], 'help', /^Archives a NICE CXone contact centre[^]*COMMANDS/],
    ['help of a command', ['run', '--help'], 'help', /^Archive what is closed[^]*--since/],
    ['help by name', ['help', 'verify'], 'help', /^Prove the archive whole/],
    ['no command', [], 'help', /COMMANDS/],
    ['the version', ['--version'], 'version', /^cxvault\/\d+\.\d+\.\d+ /],
  ])('makes one document of %s', async (_, args, field, words) => {
    const { code, document, stderr } = await desk.json(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(document).toEqual({ [field]: expect.stringMatching(words) as unknown });
  });

  it('is there for the commands of plugins too', async () => {
    expect(await desk.json(['plugins', 'reset'])).toMatchObject({ code: 0, document: {} });
    expect(await desk.json(['plugins', 'uninstall', 'x'])).toMatchObject({ code: 2 });
    expect(await desk.json(['plugins', 'list'])).toMatchObject({ code: 0 });
  });
});

describe('a wrong command line', () => {
  const cases: [string, string[], RegExp][] = [
    ['an unknown command', ['verfiy'], /unknown command verfiy/],
    ['an unknown command of a topic', ['plugins', 'instal'], /unknown command plugins instal/],
    ['an unknown flag', ['run', '--archiv', 'x'], /unknown flag --archiv/],
    ["an unknown flag of oclif's own commands", ['plugins', '--nonsense'], /unknown flag --nonsense/],
    ['a flag instead of a command', ['--nonsense'], /unknown flag --nonsense/],
    ['a surplus argument', ['init', 'surplus'], /takes no argument: surplus/],
    ['a number that is none', ['run', '--limit', 'many'], /--limit.*many/],
    ['a number out of range', ['run', '--limit', '0'], /0/],
    ['a word that is no choice', ['verify', '--depth', 'deep'], /--depth=deep/],
    ['a flag without its value', ['run', '--archive'], /--archive/],
    ['contradictory choices', ['restore', '--all', '--interaction', 'x', '--out', 'o'], /--all/],
    ['a period beside ids', ['run', '--interaction', 'x', '--since', '2d'], /--since/],
    ['a missing output', ['restore', '--all'], /missing required flag --out/],
    [
      'a backwards period',
      ['verify', '--archive', 'a', '--since', '1d', '--until', '2d'],
      /--since is not before/,
    ],
    [
      'a time that is none',
      ['restore', '--out', 'o', '--archive', 'a', '--since', 'soon'],
      /--since is not a time/,
    ],
    ['a sample of another depth', ['verify', '--depth', 'full', '--sample', '5%'], /--sample contradicts/],
    ['an empty id to archive', ['run', '--archive', 'a', '--interaction', ''], /--interaction is empty/],
    [
      'an empty id to restore',
      ['restore', '--archive', 'a', '--interaction', '', '--out', 'o'],
      /--interaction is empty/,
    ],
    ['a tip that was cut', ['verify', '--expect-tip', 'abc123'], /--expect-tip is not a SHA-256/],
    ['nothing to decrypt', ['decrypt'], /missing argument: object/],
    ['help for what is not there', ['help', 'nonsense'], /command nonsense not found/],
    ['a sample that is no share', ['verify', '--sample', 'half'], /--sample is not a share/],
  ];

  it.each(cases)('%s is explained, and is one document under --json', async (_, args, words) => {
    const [plain, json] = await Promise.all([desk.run(args), desk.json(args)]);
    expect(plain).toMatchObject({ code: 2, stdout: '' });
    expect(plain.stderr).toMatch(words);
    expect(plain.stderr).toMatch(/^error: \S.*\n(hint: .*\n)?$/);
    expect(json).toMatchObject({ code: 2, stderr: '', document: { error: { code: 'USAGE', exit: 2 } } });
    expect(json.stdout).toMatch(words);
    expect(json.stdout.length).toBeLessThan(1000);
  });

  it('suggests the nearest command and flag', async () => {
    expect((await desk.run(['verfiy'])).stderr).toContain('did you mean cxvault verify?');
    expect((await desk.run(['run', '--archiv', 'x'])).stderr).toContain('did you mean --archive?');
  });
});

describe('an error', () => {
  it('shows its stack only with --log-level debug', async () => {
    const plain = await desk.run(['init', '--archive', 'a']);
    expect(plain.stderr).not.toMatch(/^\s+at /m);
    const debug = await desk.run(['init', '--archive', 'a', '--log-level', 'debug']);
    expect(debug.stderr).toMatch(/^\s+at /m);
  });
});

describe('the bin', () => {
  const systemNode = '/usr/bin/node';

  async function systemMajor(): Promise<number> {
    if (!existsSync(systemNode)) return Number.NaN;
    const { stdout } = await promisify(execFile)(systemNode, ['--version']);
    return Number(/^v(\d+)/.exec(stdout)?.[1]);
  }

  it('says on an old Node what is wrong and what to do', async () => {
    const major = await systemMajor();
    // Only where the system's Node is an old one can this be seen; the bin's syntax is checked in failure.test.ts.
    if (Number.isNaN(major) || major >= 24) return;
    for (const args of [[], ['--json']]) {
      const failure = await promisify(execFile)(systemNode, [bin, 'run', ...args]).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ code: 2 });
      const { stdout, stderr } = failure as { stdout: string; stderr: string };
      const text = args.length === 0 ? stderr : JSON.stringify(JSON.parse(stdout));
      expect(text).toMatch(/needs Node 24 or newer/);
      expect(text).toMatch(/node_modules\/\.bin\/node/);
    }
  });
});
