/** What ends a call early. */
export interface TimeLimit {
  readonly ms: number;
  /** The caller's own, whose reason is what the call then ends with. */
  readonly signal: AbortSignal | undefined;
  /** Aborted when the store is closed. */
  readonly closed: AbortSignal;
  /** The error when the time is over. */
  readonly late: (cause: unknown) => Error;
}

/** Does a call whose SDK would wait for an answer as long as the connection stands. */
export async function inTime<T>(
  { ms, signal, closed, late }: TimeLimit,
  call: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), ms);
  const signals = [over.signal, closed, ...(signal === undefined ? [] : [signal])];
  try {
    return await call(AbortSignal.any(signals));
  } catch (error) {
    signal?.throwIfAborted();
    throw over.signal.aborted ? late(error) : error;
  } finally {
    clearTimeout(timer);
  }
}
