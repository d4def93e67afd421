/**
 * Maps the items of an iterable with at most `limit` calls under way, and gives the results in the items' order.
 * The signal that `map` gets is aborted when `signal` is, and when the caller takes no more results.
 */
export async function* mapAhead<T, R>(
  items: AsyncIterable<T>,
  limit: number,
  map: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<Awaited<R>> {
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const underWay: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = map(item, either);
      // it is awaited in its turn; until then a rejection must not count as unhandled
      result.catch(() => undefined);
      underWay.push(result);
      const first = underWay.length >= limit ? underWay.shift() : undefined;
      if (first) yield await first;
    }
    for (let first = underWay.shift(); first; first = underWay.shift()) yield await first;
  } finally {
    stop.abort();
  }
}
