import { writeFile } from 'node:fs/promises';
import { type Command, Parser } from '@oclif/core';
import { describe, expect, it } from '@jest/globals';
import { commands } from '../src/commands/index.ts';
import { SimulatedDesk } from './simulated-desk.ts';

const ours = Object.entries(commands);

/** The command lines of the examples, as one types them. */
function exampleLines(command: Command.Class): string[] {
  return command.examples.map((example) => {
    const line = typeof example === 'string' ? example : example.command;
    return line.replaceAll('<%= config.bin %>', 'cxvault').replaceAll('<%= command.id %>', 'cxvault');
  });
}

/** The words behind `cxvault`, up to what the shell does with the output. */
function wordsOf(line: string): string[] {
  const [, command = ''] = /\bcxvault ([^]*)/.exec(line) ?? [];
  const words = command.match(/'[^']*'|"[^"]*"|[^\s'"()]+/g) ?? [];
  const end = words.findIndex((word) => /^[|>&;]/.test(word));
  return words.slice(0, end === -1 ? undefined : end).map((word) => word.replaceAll(/^['"]|['"]$/g, ''));
}

/** Parses words as the command would; throws what it would say. */
async function parse(command: Command.Class, words: readonly string[]): Promise<void> {
  const flags = { ...command.baseFlags, ...command.flags };
  await Parser.parse(
    [...words].filter((word) => word !== '--json'),
    {
      args: command.args,
      flags,
      strict: command.strict,
    },
  );
}

describe.each(ours)('the help of %s', (id, command) => {
  it('begins with one sentence', () => {
    expect(command.summary).toMatch(/^[A-Z][^\n]{10,110}\.$/);
  });

  it('puts each flag into a group, with a summary', () => {
    const flags = Object.entries({ ...command.baseFlags, ...command.flags });
    const shown = flags.filter(([, flag]) => flag.hidden !== true);
    const bare = shown.filter(([, flag]) => flag.helpGroup === undefined || flag.summary === undefined);
    expect(bare.map(([name]) => name)).toEqual([]);
  });

  it('has two examples that the command takes', async () => {
    const lines = exampleLines(command);
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) {
      const words = wordsOf(line);
      const name = id.split(':');
      expect(words.slice(0, name.length)).toEqual(name);
      await parse(command, words.slice(name.length));
    }
  });
});

it('an example with a flag that is not there would be seen', async () => {
  const [, run] = ours.find(([id]) => id === 'run') ?? [];
  if (run === undefined) throw new Error('there is no run');
  await expect(parse(run, wordsOf('A=1 cxvault run --archiv ./x | jq').slice(1))).rejects.toThrow('--archiv');
});

it('the first example of each step from nothing to a proved archive works as it stands', async () => {
  const desk = await SimulatedDesk.openWith({ population: { interactions: 2 }, media: { kind: 'none' } });
  try {
    await writeFile(desk.path('archive-password'), 'a password for examples\n');
    for (const id of ['init', 'doctor', 'run', 'verify']) {
      const [line = ''] = commands[id] === undefined ? [] : exampleLines(commands[id]);
      const { code, stderr } = await desk.run(wordsOf(line), desk.source);
      expect({ line, code, stderr }).toMatchObject({ line, code: 0, stderr: '' });
    }
  } finally {
    await desk.close();
  }
});
