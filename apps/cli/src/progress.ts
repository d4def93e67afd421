const redrawMs = 100;
const lineMs = 10_000; // cli.md: a line every 10 s without a terminal

/** Shows on stderr how far long work is; dispose of it when the work ends, so that no half line is left. */
export interface Progress extends Disposable {
  /** The state in one line. May be called as often as one likes. */
  update(text: string): void;
}

/** One line that is redrawn on a terminal; elsewhere a new line every 10 s, when there is news. */
export function showProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? terminalProgress(stream) : linesProgress(stream);
}

function terminalProgress(stream: NodeJS.WriteStream): Progress {
  let drawnAt = 0;
  let drawn = '';
  const clear = (): void => {
    if (drawn !== '') stream.write('\r\u001B[K');
    drawn = '';
  };
  return {
    update: (text) => {
      const now = performance.now();
      if (now - drawnAt < redrawMs) return;
      drawnAt = now;
      drawn = text.slice(0, Math.max(20, stream.columns - 1));
      stream.write(`\r${drawn}\u001B[K`);
    },
    [Symbol.dispose]: clear,
  };
}

function linesProgress(stream: NodeJS.WriteStream): Progress {
  let latest: string | undefined;
  const timer = setInterval(() => {
    if (latest !== undefined) stream.write(`${latest}\n`);
    latest = undefined;
  }, lineMs);
  // Work that is done must not wait for the next line.
  timer.unref();
  return {
    update: (text) => {
      latest = text;
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
}
