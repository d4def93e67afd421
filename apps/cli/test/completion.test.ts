import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CommandShape } from '../src/completion/command-shapes.ts';
import { completionScript, type Shell, shells } from '../src/completion/scripts.ts';
import { Desk } from './cli-process.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk.close());

const shapes: CommandShape[] = [
  {
    name: 'config show',
    summary: "Print every setting: what it's worth.",
    flags: [{ name: '--json', summary: 'As JSON.', takes: 'nothing' }],
  },
  {
    name: 'run',
    summary: 'Archive.',
    flags: [
      { name: '--archive', summary: "The archive's URL.", takes: 'words' },
      { name: '--format', summary: 'Which.', takes: ['cxv', 'envelope'] },
      { name: '--no-media', summary: 'Not: media.', takes: 'nothing' },
    ],
  },
];

/** Runs a script of a shell that offers what it would complete; `words` are typed, the last of them in part. */
const offers: Readonly<Record<Shell, (script: string, words: readonly string[]) => string>> = {
  bash: (script, words) =>
    `source ${script}; COMP_WORDS=(${words.map(quoted).join(' ')}); COMP_CWORD=${words.length - 1}; _cxvault; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // zsh completes on a terminal only: its functions are stood in for by ones that print what they are given.
  zsh: (script, words) =>
    `_describe() { print -l -- \${(P)2} }; compadd() { shift; print -l -- "$@" }; _files() { }; compdef() { };
     source ${script}; words=(${words.map(quoted).join(' ')}); CURRENT=${words.length}; _cxvault`,
  fish: (script, words) => `source ${script}; complete -C ${quoted(words.join(' '))}`,
};

function quoted(word: string): string {
  return `'${word}'`;
}

function installed(shell: Shell): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0;
}

async function offered(shell: Shell, ...words: string[]): Promise<string[]> {
  const file = desk.path(`completion.${shell}`);
  await writeFile(file, completionScript(shell, shapes));
  const noSettings = { bash: ['--norc', '-c'], zsh: ['-f', '-c'], fish: ['--no-config', '-c'] }[shell];
  const output = execFileSync(shell, [...noSettings, offers[shell](file, words)], {
    encoding: 'utf8',
    env: { HOME: desk.folder, PATH: process.env['PATH'] },
  });
  const last = words.at(-1) ?? '';
  const names = output.split('\n').map((line) => line.split(/[\t:]/)[0] ?? '');
  return names.filter((name) => name !== '' && name.startsWith(last)).sort();
}

// A shell can be asked only where there is one.
describe.each(shells)('in %s', (shell) => {
  it('commands, topics, flags and their values are completed', async () => {
    if (!installed(shell)) return;
    expect(await offered(shell, 'cxvault', '')).toEqual(['config', 'run']);
    expect(await offered(shell, 'cxvault', 'config', '')).toEqual(['show']);
    expect(await offered(shell, 'cxvault', 'run', '--')).toEqual(['--archive', '--format', '--no-media']);
    expect(await offered(shell, 'cxvault', 'run', '--no-media', '--f')).toEqual(['--format']);
    expect(await offered(shell, 'cxvault', 'run', '--format', '')).toEqual(['cxv', 'envelope']);
    expect(await offered(shell, 'cxvault', 'run', '--archive', './a', '--fo')).toEqual(['--format']);
    expect(await offered(shell, 'cxvault', 'config', 'show', '--')).toEqual(['--json']);
  });
});

describe('completion', () => {
  it.each(shells)('prints a script for %s with every command and flag, plugins too', async (shell) => {
    const { code, stdout, stderr } = await desk.run(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of ['verify', 'restore', 'plugins', 'install', 'retry-failed', 'no-mark'])
      expect(stdout).toContain(word);
    if (installed(shell)) {
      await writeFile(desk.path('whole'), stdout);
      const checked = spawnSync(shell, ['-n', desk.path('whole')], { encoding: 'utf8' });
      expect(checked).toMatchObject({ status: 0, stderr: '' });
    }
  });

  it('is one document under --json, and knows no other shell', async () => {
    const { document } = await desk.json(['completion', 'fish']);
    expect(document).toMatchObject({
      shell: 'fish',
      script: expect.stringContaining('complete -c cxvault') as unknown,
    });
    const other = await desk.json(['completion', 'tcsh']);
    expect(other).toMatchObject({ code: 2, document: { error: { code: 'USAGE' } } });
  });
});
