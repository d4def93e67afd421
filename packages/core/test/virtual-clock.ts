import type { Clock } from '../src/clock.ts';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/**
 * A clock that stands still until a test moves it. `selfMoving`: it moves on whenever somebody waits in the
 * foreground, so that hours take no time; waits in the background pass with it.
 */
export class VirtualClock implements Clock {
  #now: number;
  readonly #selfMoving: boolean;
  #timers: Timer[] = [];

  constructor(now = Date.parse('2026-11-23T09:00:00.000Z'), options: { readonly selfMoving?: boolean } = {}) {
    this.#now = now;
    this.#selfMoving = options.selfMoving ?? false;
  }

  now(): number {
    return this.#now;
  }

  /** Puts the time without firing timers, as an operator or NTP does. */
  set(now: number): void {
    this.#now = now;
  }

  async sleep(ms: number, signal?: AbortSignal, background = false): Promise<void> {
    signal?.throwIfAborted();
    const at = this.#now + Math.max(0, ms);
    if (this.#selfMoving && !background) {
      await settled();
      this.jump(Math.max(0, at - this.#now));
      signal?.throwIfAborted();
    } else {
      await this.#fired(at, signal);
    }
  }

  async #fired(at: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const timer = {
      at,
      fire: () => {
        resolve(undefined);
      },
    };
    const abort = (): void => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      reject(asError(signal?.reason));
    };
    signal?.addEventListener('abort', abort, { once: true });
    this.#timers.push(timer);
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  get sleeping(): number {
    return this.#timers.length;
  }

  /** Moves on by `ms` at once, firing the timers that are due then; what they start runs later. */
  jump(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter((timer) => timer.at <= this.#now).sort((a, b) => a.at - b.at);
    this.#timers = this.#timers.filter((timer) => timer.at > this.#now);
    for (const timer of due) timer.fire();
  }

  /** Moves on by `ms`, firing timers in their order and letting what they start run in between. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    while (await this.#fireNext(until));
    this.#now = until;
    await settled();
  }

  /** Moves on from timer to timer until the work is done. Throws when that takes more than a day. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { open: true };
    const result = work.finally(() => {
      state.open = false;
    });
    result.catch(() => undefined);
    await settled();
    const latest = this.#now + 86_400_000;
    while (state.open && (await this.#fireNext(latest)));
    if (state.open)
      throw new Error('the work is not done in a day, or waits for something else than the clock');
    return result;
  }

  async #fireNext(until: number): Promise<boolean> {
    const [first] = this.#timers.toSorted((a, b) => a.at - b.at);
    if (!first || first.at > until) return false;
    this.#timers = this.#timers.filter((other) => other !== first);
    this.#now = Math.max(this.#now, first.at);
    first.fire();
    await settled();
    return true;
  }
}

/** Lets everything run that needs no time. */
async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted');
}
