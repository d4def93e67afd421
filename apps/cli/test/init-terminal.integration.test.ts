import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bin, Desk } from './cli-process.ts';

// Types into a real terminal: argv is a JSON of [command, [[question, answer], …]]; prints what was shown, and the exit.
const typist = `
import json, os, pty, sys
command, answers = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execv(command[0], command)
shown = b''
answered = 0
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if answers and answers[0][0].encode() in shown[answered:]:
        answered = len(shown)
        os.write(terminal, answers.pop(0)[1].encode())
print(json.dumps({'shown': shown.decode(), 'exit': os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}))
`;

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
  await writeFile(desk.path('typist.py'), typist);
});
afterAll(() => desk.close());

function typed(
  args: readonly string[],
  answers: readonly [string, string][],
): { shown: string; exit: number } {
  const command = [process.execPath, bin, ...args];
  const output = execFileSync('python3', [desk.path('typist.py'), JSON.stringify([command, answers])], {
    cwd: desk.folder,
    env: { ...desk.env, PATH: process.env['PATH'] },
    encoding: 'utf8',
  });
  return JSON.parse(output) as { shown: string; exit: number };
}

describe('init on a terminal', () => {
  it('asks for what is missing, without showing the password', async () => {
    const { shown, exit } = typed(
      ['init'],
      [
        ['Archive', 'asked\r'],
        ['Password', 'typed by hand\r'],
        ['once more', 'typed by hand\r'],
      ],
    );
    expect(exit).toBe(0);
    expect(shown).toContain('The archive is ready.');
    expect(shown).toContain('cxvault run --archive asked');
    expect(shown).not.toContain('typed by hand');
    const opened = await desk.run(['verify', '--archive', 'asked'], {
      ARCHIVAL_ENCRYPTION_KEY: 'typed by hand',
    });
    expect(opened.code).toBe(0);
  });

  it('ends with Ctrl-C, with 130 and without an archive', () => {
    const { shown, exit } = typed(['init', '--archive', 'not-made'], [['Password', '\x03']]);
    expect({ shown, exit }).toMatchObject({ exit: 130 });
    expect(shown).toContain('the question was not answered');
    expect(existsSync(desk.path('not-made'))).toBe(false);
  });

  it('does not ask under --json', () => {
    expect(typed(['init', '--json'], []).exit).toBe(2);
  });
});
