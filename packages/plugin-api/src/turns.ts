/** Lets a few callers work at once; the others wait, first come, first served. */
export class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Does the work when its turn has come. Throws the signal's reason when aborted while waiting. */
  async take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#wait(signal);
    try {
      return await work();
    } finally {
      this.#give();
    }
  }

  async #wait(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const goOn = () => resolve(undefined);
    this.#waiting.add(goOn);
    signal?.addEventListener('abort', goOn);
    await promise;
    signal?.removeEventListener('abort', goOn);
    // Still waiting: it was the signal that woke it. Otherwise the turn is ours, to be passed on if not wanted.
    if (this.#waiting.delete(goOn)) signal?.throwIfAborted();
    if (signal?.aborted) this.#give();
    signal?.throwIfAborted();
  }

  #give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
