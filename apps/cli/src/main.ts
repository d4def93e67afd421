import { Command, run, settings } from '@oclif/core';
import { failureOf, failureText, plannedExit } from './failure.ts';

/** Runs one command line. Never throws: everything ends as output and `process.exitCode`. */
export async function main(argv: readonly string[], root: string): Promise<void> {
  // Plugins that are linked from a checkout are run as they were built; nothing is compiled on the way.
  settings.enableAutoTranspile = false;
  leaveErrorsToUs();
  endQuietlyOnClosedPipes();
  hideExperimentalWarnings();
  try {
    await run([...argv], { root });
  } catch (error) {
    const exit = plannedExit(error);
    if (exit === undefined) report(error, argv);
    else process.exitCode = exit;
  }
}

/** Commands of oclif's own plugins would print errors in another shape, the whole configuration included. */
function leaveErrorsToUs(): void {
  Object.defineProperty(Command.prototype, 'catch', {
    value: (error: unknown) => {
      throw error;
    },
    configurable: true,
    writable: true,
  });
}

function report(error: unknown, argv: readonly string[]): void {
  const failure = failureOf(error);
  process.exitCode = failure.exit;
  if (wantsJson(argv)) process.stdout.write(`${JSON.stringify({ error: failure }, null, 2)}\n`);
  else process.stderr.write(failureText(failure));
  if (wantsDebug(argv) && error instanceof Error) process.stderr.write(`${stackOf(error)}\n`);
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : '';
  return (error.stack ?? error.message) + cause;
}

function wantsJson(argv: readonly string[]): boolean {
  return beforeDashes(argv).includes('--json');
}

function wantsDebug(argv: readonly string[]): boolean {
  const words = beforeDashes(argv);
  return words.some((word, index) => {
    const level = word === '--log-level' ? words[index + 1] : /^--log-level=(.*)$/.exec(word)?.[1];
    return level === 'debug' || level === 'trace';
  });
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}

/** `cxvault … | head -1` and a terminal that went away are no failures. */
function endQuietlyOnClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
}

/** Node's SQLite is stable enough for us, and its warning means nothing to an operator. */
function hideExperimentalWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`warning: ${warning.message}\n`);
  });
}
