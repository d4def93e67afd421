import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { CxvaultError } from '@cxvault/plugin-api';

/** What questions are read from and written to. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Asks a person; dispose of it to give the terminal back. */
export interface Questions extends Disposable {
  /** The answer, without what stands around it. */
  ask(question: string): Promise<string>;
  /** As it was typed, and never shown. */
  askHidden(question: string): Promise<string>;
  say(text: string): void;
}

/** The terminal of this process; undefined where nobody can answer. Questions go to stderr: stdout is for data. */
export function ownTerminal(): Terminal | undefined {
  const { stdin, stderr } = process;
  return stdin.isTTY && stderr.isTTY ? { input: stdin, output: stderr } : undefined;
}

/** Throws `INTERRUPTED` from a question that is answered by Ctrl-C or by the end of the input. */
export function openQuestions({ input, output }: Terminal): Questions {
  let hidden = false;
  const shown = new Writable({
    write: (chunk: Buffer, _, done) => {
      if (!hidden) output.write(chunk);
      done();
    },
  });
  // Without a history: an answer may be a password.
  const lines = createInterface({ input, output: shown, terminal: true, historySize: 0 });
  const askHidden = async (question: string): Promise<string> => {
    output.write(question);
    hidden = true;
    try {
      return await nextLine(lines, '');
    } finally {
      hidden = false;
      output.write('\n');
    }
  };
  return {
    ask: async (question) => (await nextLine(lines, question)).trim(),
    askHidden,
    say: (text) => output.write(`${text}\n`),
    [Symbol.dispose]: () => lines.close(),
  };
}

function nextLine(lines: Interface, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      reject(new CxvaultError('INTERRUPTED', 'the question was not answered', { hint: 'nothing was begun' }));
    };
    lines.once('SIGINT', end);
    lines.once('close', end);
    lines.question(question, (answer) => {
      lines.off('SIGINT', end);
      lines.off('close', end);
      resolve(answer);
    });
  });
}
