import { run } from '@oclif/core';

const jsonFlag = '--json';

/** Whether a command line asks for help or the version, which oclif prints as words for people only. */
export function asksForWords(words: readonly string[]): boolean {
  const [first] = words.filter((word) => word !== jsonFlag);
  return first === undefined || first === 'help' || first === '--version' || words.includes('--help');
}

/** Prints help or version as one JSON document: `{"help": …}` or `{"version": …}`. */
export async function wordsAsJson(argv: readonly string[], root: string): Promise<void> {
  const words = argv.filter((word) => word !== jsonFlag);
  const text = await printedBy(() => run(words, { root }));
  const document = words[0] === '--version' ? { version: text } : { help: text };
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** What a task writes to stdout, which sees nothing of it. */
async function printedBy(task: () => Promise<unknown>): Promise<string> {
  const printed: string[] = [];
  const collect = (chunk: string | Uint8Array): boolean => {
    printed.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    return true;
  };
  process.stdout.write = collect;
  try {
    await task();
  } finally {
    Reflect.deleteProperty(process.stdout, 'write');
  }
  return printed.join('').trim();
}
