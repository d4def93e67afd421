import type { CallCounts, InteractionSource } from '@cxvault/plugin-api';

/** Adds up the calls of sources that follow one another in a run: each is closed when the next one is opened. */
export class CallSum {
  #closed: CallCounts = {};
  #source: InteractionSource | undefined;

  /** From now on this source's calls are counted too. */
  watch(source: InteractionSource): void {
    if (source === this.#source) return;
    this.#closed = this.total();
    this.#source = source;
  }

  total(): CallCounts {
    return sum(this.#closed, this.#source?.callCounts() ?? {});
  }
}

function sum(one: CallCounts, other: CallCounts): CallCounts {
  const families = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...families].map((family) => {
      const { count = 0, throttled = 0, retried = 0 } = one[family] ?? {};
      const more = other[family];
      return [
        family,
        {
          count: count + (more?.count ?? 0),
          throttled: throttled + (more?.throttled ?? 0),
          retried: retried + (more?.retried ?? 0),
        },
      ];
    }),
  );
}
