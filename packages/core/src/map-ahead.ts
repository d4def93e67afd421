/** How far ahead of the result that is given out items are mapped: at most so many, of so much weight together. */
export interface Ahead<T> {
  readonly items: number;
  readonly weight: number;
  readonly weigh: (item: T) => number;
}

/**
 * Maps the items of an iterable with a limited number of calls under way, and gives the results in the items' order.
 * An item that weighs more than all may together is mapped by itself.
 * The signal that `map` gets is aborted when `signal` is, and when the caller takes no more results.
 */
export async function* mapAhead<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  ahead: Ahead<T>,
  map: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<Awaited<R>> {
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const underWay: { readonly result: Promise<R>; readonly weight: number }[] = [];
  let weight = 0;
  try {
    for await (const item of items) {
      const result = map(item, either);
      // it is awaited in its turn; until then a rejection must not count as unhandled
      result.catch(() => undefined);
      underWay.push({ result, weight: ahead.weigh(item) });
      weight += ahead.weigh(item);
      while (underWay.length >= ahead.items || weight > ahead.weight) {
        const first = underWay.shift();
        if (!first) break;
        weight -= first.weight;
        yield await first.result;
      }
    }
    for (const { result } of underWay) yield await result;
  } finally {
    stop.abort();
  }
}
