import { setTimeout as timer } from 'node:timers/promises';

/** The time, injected so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted. `background`: the
   * wait does not keep the process alive.
   */
  sleep(ms: number, signal?: AbortSignal, background?: boolean): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal, background = false) => {
    signal?.throwIfAborted();
    try {
      await timer(Math.max(0, ms), undefined, { ref: !background, ...(signal && { signal }) });
    } catch (error) {
      // the timer rejects with an AbortError of its own; callers look for the reason they gave
      signal?.throwIfAborted();
      throw error;
    }
  },
};
