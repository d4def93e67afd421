/** Work that concurrent callers share while it is under way; one caller's abort ends its own waiting only. */
export class SharedWork<T> {
  #work: Promise<T> | undefined;

  /** Joins the work, or begins it. */
  join(begin: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    this.#work ??= begin().finally(() => (this.#work = undefined));
    return signal === undefined ? this.#work : abortable(this.#work, signal);
  }
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined); // nobody may be left to hear of its failure
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
