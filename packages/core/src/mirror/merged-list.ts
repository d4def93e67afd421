import { compareKeys } from '@cxvault/plugin-api';
import type { ObjectInfo } from '@cxvault/plugin-api';

/** Several listings in key order as one; of those that have a key, the first gives it. */
export async function* mergedList(
  listings: readonly AsyncIterable<ObjectInfo>[],
): AsyncGenerator<ObjectInfo> {
  const iterators = listings.map((listing) => listing[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
    for (;;) {
      const least = heads.reduce<ObjectInfo | undefined>(
        (found, head) =>
          head.done !== true && (!found || compareKeys(head.value.key, found.key) < 0) ? head.value : found,
        undefined,
      );
      if (!least) return;
      yield least;
      for (const [at, head] of heads.entries()) {
        const iterator = iterators[at];
        if (iterator && head.done !== true && head.value.key === least.key) heads[at] = await iterator.next();
      }
    }
  } finally {
    await Promise.allSettled(iterators.map(async (iterator) => iterator.return?.()));
  }
}
