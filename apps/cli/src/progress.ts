import cliProgress from 'cli-progress';

const redrawsPerSecond = 5;
const lineMs = 10_000; // cli.md: a line every 10 s without a terminal

/** The state of long work: a line for people, and how much of it is done where that is known. */
export interface ProgressState {
  readonly text: string;
  readonly done?: number;
  readonly total?: number;
}

/** Shows on stderr how far long work is; dispose of it when the work ends, so that no half line is left. */
export interface Progress extends Disposable {
  /** May be called as often as one likes. A function is asked for the state at each drawing: for what changes by itself. */
  update(state: string | (() => ProgressState)): void;
}

/** Where progress is shown: a terminal or none. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** The drawing that is on the terminal now: what others write has to go above it. */
let drawing: { pause(): void; resume(): void } | undefined;

/** Writes to stderr, and leaves a line of progress whole. */
export function writeAboveProgress(text: string): void {
  drawing?.pause();
  process.stderr.write(text);
  drawing?.resume();
}

/** One line that is redrawn on a terminal; elsewhere a new line every 10 s, when there is news. Quiet: nothing. */
export function showProgress(
  { quiet = false }: { readonly quiet?: boolean } = {},
  stream: ProgressStream = process.stderr,
): Progress {
  if (quiet) return { update: () => undefined, [Symbol.dispose]: () => undefined };
  return stream.isTTY ? terminalProgress(stream) : linesProgress(stream);
}

function terminalProgress(stream: ProgressStream): Progress {
  let state = (): ProgressState => ({ text: 'starting' });
  const bar = new cliProgress.SingleBar({
    stream,
    fps: redrawsPerSecond,
    clearOnComplete: true,
    hideCursor: true,
    linewrap: true, // lines are cut at the terminal's width
    barsize: 20,
    barCompleteChar: '#',
    barIncompleteChar: '.',
    format: (options) => {
      const { text, done, total } = state();
      if (done === undefined || total === undefined || total === 0) return text;
      return `[${cliProgress.Format.BarFormat(Math.min(1, done / total), options)}] ${text}`;
    },
  });
  const own = {
    pause: (): void => {
      bar.stop();
    },
    resume: (): void => {
      bar.start(1, 0);
    },
  };
  own.resume();
  drawing = own;
  return {
    update: (next) => {
      state = typeof next === 'string' ? (): ProgressState => ({ text: next }) : next;
    },
    [Symbol.dispose]: () => {
      if (drawing === own) drawing = undefined;
      own.pause();
    },
  };
}

function linesProgress(stream: ProgressStream): Progress {
  let state: (() => ProgressState) | undefined;
  let written = '';
  const timer = setInterval(() => {
    const text = state?.().text ?? '';
    if (text !== written) stream.write(`${text}\n`);
    written = text;
  }, lineMs);
  // Work that is done must not wait for the next line.
  timer.unref();
  return {
    update: (next) => {
      state = typeof next === 'string' ? (): ProgressState => ({ text: next }) : next;
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
}
