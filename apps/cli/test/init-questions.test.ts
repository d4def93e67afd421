import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Config } from '@oclif/core';
import { openQuestions } from '../src/ask.ts';
import { openContext } from '../src/context.ts';
import { askForMissing } from '../src/work/init-questions.ts';
import { Desk } from './cli-process.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk.close());

/** A person who types an answer when a question is seen; `seen` is all that the terminal showed. */
function person(...answers: readonly [question: RegExp, keys: string][]) {
  const input = new PassThrough();
  const output = new PassThrough();
  const left = [...answers];
  let asked = '';
  const told = { input, output, seen: '' };
  output.on('data', (chunk: Buffer) => {
    told.seen += chunk.toString();
    asked += chunk.toString();
    const [next] = left;
    if (next?.[0].test(asked) !== true) return;
    left.shift();
    asked = '';
    setImmediate(() => input.write(next[1])); // an answer never comes before its question is written
  });
  return told;
}

describe('questions', () => {
  it('show what is typed, but for hidden answers', async () => {
    const someone = person([/name: $/, 'tape\r'], [/secret: $/, 'hunter2x\x7f\r'], [/more: $/, 'y\r']);
    using questions = openQuestions(someone);
    expect(await questions.ask('name: ')).toBe('tape');
    expect(await questions.askHidden('secret: ')).toBe('hunter2');
    expect(await questions.ask('more: ')).toBe('y');
    expect(someone.seen).toContain('tape');
    expect(someone.seen).not.toMatch(/h.{0,9}u.{0,9}n.{0,9}t/s);
  });

  it.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('end with %s', async (_, key) => {
    using questions = openQuestions(person([/name: $/, key]));
    await expect(questions.ask('name: ')).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe('init', () => {
  async function context() {
    const root = fileURLToPath(new URL('..', import.meta.url));
    const oclif = await Config.load({ root, userPlugins: false, devPlugins: false });
    const opened = await openContext(oclif, {});
    return { ...opened, settings: { ...opened.settings, env: {}, config: {}, folder: desk.folder } };
  }

  it('asks for archive and password, the password until it was given twice alike', async () => {
    const someone = person(
      [/Archive .*: $/, './archive\r'],
      [/Password .*: $/, 'mistyped\r'],
      [/once more: $/, 'mistipped\r'],
      [/different.*Password .*: $/s, 'right password\r'],
      [/once more: $/, 'right password\r'],
    );
    const answers = await askForMissing(await context(), {}, someone);
    expect(answers.archive).toBe('./archive');
    expect(answers.password?.reveal()).toBe('right password');
    expect(someone.seen).not.toMatch(/mist|right/);
  });

  it('takes a key file instead', async () => {
    const someone = person([/Password .*: $/, '\r'], [/Key file .*: $/, 'my.key\r']);
    expect(await askForMissing(await context(), { archive: './a' }, someone)).toEqual({
      'key-file': 'my.key',
    });
  });

  it('asks nothing that was said', async () => {
    const opened = await context();
    const settings = { ...opened.settings, env: { CXVAULT_ARCHIVE: 'a', ARCHIVAL_ENCRYPTION_KEY: 'p' } };
    expect(await askForMissing({ ...opened, settings }, {}, person())).toEqual({});
  });

  it('never asks without a terminal', async () => {
    const nothing = await desk.run(['init']);
    expect(nothing).toMatchObject({ code: 2, stdout: '' });
    expect(nothing.stderr).toMatch(/no archive is named\nhint: {2}give --archive URL or set CXVAULT_ARCHIVE/);
    const noKey = await desk.run(['init', '--archive', 'a']);
    expect(noKey).toMatchObject({ code: 2, stdout: '' });
    expect(noKey.stderr).toMatch(/ARCHIVAL_ENCRYPTION_KEY, or give --password-file FILE or --key-file FILE/);
  });
});
