import { CxvaultError } from '@cxvault/plugin-api';
import { exitInterrupted } from './exit-codes.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal that ends long work cleanly; dispose of it when the work is done. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Turns the first Ctrl-C, SIGTERM or closed terminal into an abort with an `INTERRUPTED` error as its reason: the
 * work ends after its current commit. A second one ends the process at once.
 */
export function watchInterruption(announce: (text: string) => void): Interruption {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(exitInterrupted);
    announce('finishing what is begun; interrupt again to end at once');
    controller.abort(
      new CxvaultError('INTERRUPTED', `interrupted by ${name}`, {
        hint: 'nothing that was reported archived is lost; the same command goes on where this one stopped',
      }),
    );
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
