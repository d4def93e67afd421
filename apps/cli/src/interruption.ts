import { CxvaultError } from '@cxvault/plugin-api';
import { exitInterrupted } from './exit-codes.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether a command watches signals itself: not yet, now, or no more, because what is left is to print its result. */
let watch: 'not yet' | 'now' | 'over' = 'not yet';

/** A signal that ends long work cleanly; dispose of it when the work is done. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
  /** The signal that came, if one did. */
  readonly by: NodeJS.Signals | undefined;
}

/**
 * Ends the process with the exit code of an interruption while no command watches signals itself: before the work
 * has begun there is nothing to finish. `report` says so, unless a result may be printed already.
 */
export function endOnSignals(report: (error: CxvaultError) => void): void {
  for (const name of signals) {
    process.on(name, () => {
      if (watch === 'now') return;
      if (watch === 'not yet') report(interruptedBy(name, 'nothing was begun; start it again'));
      process.exit(exitInterrupted);
    });
  }
}

/**
 * Turns the first Ctrl-C, SIGTERM or closed terminal into an abort with an `INTERRUPTED` error as its reason: the
 * work ends after its current commit. A second one ends the process at once. With `onHangup` SIGHUP is no end: a
 * service reads its configuration again.
 */
export function watchInterruption(announce: (text: string) => void, onHangup?: () => void): Interruption {
  const controller = new AbortController();
  let by: NodeJS.Signals | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (name === 'SIGHUP' && onHangup !== undefined) {
      onHangup();
      return;
    }
    if (controller.signal.aborted) process.exit(exitInterrupted);
    by = name;
    announce('finishing what is begun; interrupt again to end at once');
    controller.abort(interruptedBy(name, 'start the same command again: what is done stays done'));
  };
  watch = 'now';
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    get by() {
      return by;
    },
    [Symbol.dispose]: () => {
      for (const name of signals) process.off(name, onSignal);
      watch = 'over';
    },
  };
}

function interruptedBy(name: string, hint: string): CxvaultError {
  return new CxvaultError('INTERRUPTED', `interrupted by ${name}`, { hint });
}
