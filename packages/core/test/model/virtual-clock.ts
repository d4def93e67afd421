import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Clock } from '../../src/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that passes only when somebody waits or works: hours take no time. */
export class VirtualClock implements Clock {
  #now: number;
  #background: Sleeper[] = [];

  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  now(): number {
    return this.#now;
  }

  /** Lets time pass; sleepers in the background whose time has come wake up. */
  advance(ms: number): void {
    this.#now += ms;
    const due = this.#background.filter((sleeper) => sleeper.until <= this.#now);
    this.#background = this.#background.filter((sleeper) => sleeper.until > this.#now);
    for (const sleeper of due) sleeper.wake();
  }

  async sleep(ms: number, signal?: AbortSignal, background = false): Promise<void> {
    signal?.throwIfAborted();
    const until = this.#now + ms;
    if (background) {
      await this.#inBackground(until, signal);
    } else {
      await nextTurn();
      if (until > this.#now) this.advance(until - this.#now);
    }
    signal?.throwIfAborted();
  }

  #inBackground(until: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.#background.push({ until, wake: resolve });
      signal?.addEventListener('abort', () => {
        resolve();
      });
    });
  }
}
