import { Command, run, settings, ux } from '@oclif/core';
import { exitCodes } from './exit-codes.ts';
import { failureOf, failureText, plannedExit } from './failure.ts';
import { asksForWords, wordsAsJson } from './help-json.ts';
import { endOnSignals } from './interruption.ts';
import { wrapped } from './present/wrap.ts';
import { abandonPlugins, inPlugin } from './plugins/in-plugin.ts';
import { hideSecretsOf } from './redact.ts';

/** Runs one command line. Never throws: everything ends as output and `process.exitCode`. */
export async function main(argv: readonly string[], root: string): Promise<void> {
  // Plugins that are linked from a checkout are run as they were built; nothing is compiled on the way.
  settings.enableAutoTranspile = false;
  leaveErrorsToUs();
  // For the commands of oclif's own plugins too.
  Command.enableJsonFlag = true;
  endOnTroubleWithOutput();
  hideExperimentalWarnings();
  endOnSignals((error) => {
    report(error, argv);
  });
  endOnLostErrors(argv);
  const end = refuseSilentEnd(argv);
  try {
    const words = knownWords(argv);
    if (wantsJson(argv) && asksForWords(beforeDashes(argv))) await wordsAsJson(words, root);
    else if ((await runWords(words, root, wantsJson(argv))) === undefined && wantsJson(argv)) printJson({});
  } catch (error) {
    const exit = plannedExit(error);
    if (exit === undefined) report(error, argv);
    else process.exitCode = exit;
  } finally {
    end();
  }
}

/**
 * A process also ends when nothing is left to wait for (a plugin that promises and never keeps it) or when a plugin
 * ends it: nothing was done then, and exit code 0 would say that all was. Returns what says that the end has come.
 */
function refuseSilentEnd(argv: readonly string[]): () => void {
  const refuse = (code: number): void => {
    if (code !== 0) return;
    report(new Error(`the process was ended before the command was done${whileInPlugins()}`), argv);
  };
  process.once('exit', refuse);
  return () => process.removeListener('exit', refuse);
}

/** An error that nobody waits for, such as in a timer of a plugin: what is under way cannot be trusted any more. */
function endOnLostErrors(argv: readonly string[]): void {
  process.on('uncaughtException', (error) => {
    report(new Error(`${error.message}${whileInPlugins()}`, { cause: error }), argv);
    process.exit(exitCodes.INTERNAL);
  });
}

function whileInPlugins(): string {
  const plugins = abandonPlugins();
  return plugins.length === 0 ? '' : ` [plugins at work=${plugins.join(' ')}]`;
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

/** What npm says while it changes the plugins would go to stdout, which `--json` promises to one document. */
async function runWords(words: string[], root: string, json: boolean): Promise<unknown> {
  const [topic, command] = words;
  const npmTalks = topic === 'plugins' && command !== undefined && /^[a-z]/.test(command);
  // Its npm is a part of cxvault, and nobody's to update.
  if (npmTalks) process.env['npm_config_update_notifier'] ??= 'false';
  if (!json || !npmTalks || command === 'inspect') return await runOclif(words, root);
  return await inPlugin('npm', () => runOclif(words, root));
}

async function runOclif(words: string[], root: string): Promise<unknown> {
  try {
    return await run(words, { root });
  } catch (error) {
    // While it shows that something is under way, oclif holds back what is written: the error too.
    if (ux.action.running) ux.action.stop('failed');
    throw error;
  }
}

/** oclif's plugin lists with `plugins` alone; `plugins list` is what people type. */
function knownWords(argv: readonly string[]): string[] {
  const [first, second, ...rest] = argv;
  return first === 'plugins' && second === 'list' ? [first, ...rest] : [...argv];
}

function report(error: unknown, argv: readonly string[]): void {
  const failure = failureOf(error);
  process.exitCode = failure.exit;
  if (wantsJson(argv)) printJson({ error: failure });
  else process.stderr.write(wrapped(failureText(failure), process.stderr.columns));
  if (wantsDebug(argv) && error instanceof Error)
    process.stderr.write(`${hideSecretsOf(process.env)(stackOf(error))}\n`);
}

function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
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

/**
 * `cxvault … | head -1` and a terminal that went away are no failures. Output that is lost for another reason, such
 * as a full disk, is one; what cannot be told on stderr is not told.
 */
function endOnTroubleWithOutput(): void {
  process.stderr.on('error', () => undefined);
  // oclif's own listener shows a stack.
  process.stdout.removeAllListeners('error');
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    const hint = 'free some space, or send the output elsewhere';
    process.stderr.write(
      failureText({
        message: `the output could not be written [to=stdout, reason=${error.code ?? ''}]`,
        hint,
      }),
    );
    process.exit(exitCodes.OUTPUT_FAILED);
  });
}

/** Node's SQLite is stable enough for us, and its warning means nothing to an operator. */
function hideExperimentalWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`warning: ${warningText(warning)}\n`);
  });
}

/** oclif reads the plugins' package.json files at every start, and says of one that it cannot read only why. */
function warningText({ message, name }: Error): string {
  if (!name.includes(' Plugin: ')) return message;
  return `an installed plugin cannot be loaded, and cxvault storage list says which: ${message}`;
}
