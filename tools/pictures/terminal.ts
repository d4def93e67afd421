import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Stage } from './stage.ts';

const size = { columns: 112, rows: 60 };
const longestMs = 300_000;

/** Types commands into a terminal, one after the other, and returns what the screen shows at the end. */
export async function typeInTerminal(stage: Stage, commands: readonly string[]): Promise<string> {
  const socket = join(stage.folder, 'tmux');
  const tmux = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('tmux', ['-S', socket, '-f', '/dev/null', ...args], { env: stage.env }))
      .stdout;
  const shell = "env PS1='$ ' bash --norc --noprofile -i";
  const place = ['-x', String(size.columns), '-y', String(size.rows), '-c', stage.folder];
  await tmux('new-session', '-d', '-s', 'pictures', ...place, shell);
  try {
    // Where each command tells that it has ended is not on the screen.
    await tmux('send-keys', '-t', 'pictures', `PROMPT_COMMAND='echo >> ended'; clear`, 'Enter');
    for (const [index, command] of commands.entries()) {
      await ended(stage.folder, index + 1);
      await tmux('send-keys', '-t', 'pictures', command, 'Enter');
    }
    await ended(stage.folder, commands.length + 1);
    const screen = await tmux('capture-pane', '-t', 'pictures', '-e', '-p');
    return screen.trimEnd().replace(/\n\$$/, ''); // without the prompt that waits for more
  } finally {
    await tmux('kill-session', '-t', 'pictures');
  }
}

/** Waits until the shell has asked for a command so often. */
async function ended(folder: string, times: number): Promise<void> {
  const until = Date.now() + longestMs;
  while (Date.now() < until) {
    if ((await prompts(join(folder, 'ended'))) >= times) return;
    await setTimeout(100);
  }
  throw new Error('a command did not end');
}

async function prompts(file: string): Promise<number> {
  return existsSync(file) ? (await readFile(file)).length : 0;
}
