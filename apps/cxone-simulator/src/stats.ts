import { families } from './fault-settings.ts';
import type { Family, TransientKind } from './fault-settings.ts';
import { RateWatch } from './rate-watch.ts';

/** What was asked of one family. */
export interface FamilyStats {
  readonly requests: number;
  /** Answers by HTTP status; `none` where the connection was reset before one. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly maxPerSecond: number;
}

/** What the simulator was asked, as `GET /__stats` gives it. */
export interface Stats {
  readonly requests: Readonly<Record<Family, number>>;
  readonly families: Readonly<Record<Family, FamilyStats>>;
  readonly maxQueryPerSecond: number;
  readonly maxPerSecond: Readonly<Record<Family, number>>;
  /** Faults that were injected, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Requests to the media host that carried an access token. */
  readonly bearerLeaks: number;
  /** Bytes of media that were sent whole. */
  readonly mediaBytes: number;
  /** Details that were asked for: requests, and different interactions among them. */
  readonly detail: { readonly requests: number; readonly interactions: number; readonly mostForOne: number };
  /** With `?details` (profile `interactions`): how often each interaction's detail was asked for, by id. */
  readonly details?: Readonly<Record<string, number>>;
}

interface Counter {
  requests: number;
  statuses: Record<string, number>;
  watch: RateWatch;
}

/** Counts requests. The counts of one interaction cost two bytes. */
export class StatsKeeper {
  readonly #idOf: (index: number) => string;
  #counters = freshCounters();
  #faults: Record<string, number> = {};
  #details = new Uint16Array(1024);
  bearerLeaks = 0;
  mediaBytes = 0;

  /** @param idOf the id of the interaction of a number */
  constructor(idOf: (index: number) => string) {
    this.#idOf = idOf;
  }

  /** A request came (time: ms, monotonic). Returns its number in its family, from 1, and the last second's count. */
  arrived(family: Family, time: number): { readonly number: number; readonly inLastSecond: number } {
    const counter = this.#counters[family];
    counter.requests += 1;
    return { number: counter.requests, inLastSecond: counter.watch.count(time) };
  }

  answered(family: Family, status: number | 'none'): void {
    const { statuses } = this.#counters[family];
    statuses[status] = (statuses[status] ?? 0) + 1;
  }

  injected(kind: TransientKind | 'limit'): void {
    this.#faults[kind] = (this.#faults[kind] ?? 0) + 1;
  }

  detailAsked(index: number): void {
    if (index >= this.#details.length) {
      const larger = new Uint16Array(Math.max(index + 1, this.#details.length * 2));
      larger.set(this.#details);
      this.#details = larger;
    }
    this.#details[index] = Math.min(0xffff, (this.#details[index] ?? 0) + 1);
  }

  /** How often each interaction's detail was asked for; only those that were. */
  *#asked(): Generator<readonly [index: number, count: number]> {
    for (const [index, count] of this.#details.entries()) if (count > 0) yield [index, count];
  }

  reset(): void {
    this.#counters = freshCounters();
    this.#faults = {};
    this.#details = new Uint16Array(1024);
    this.bearerLeaks = 0;
    this.mediaBytes = 0;
  }

  /** @param details whether every single interaction is named */
  snapshot(details = false): Stats {
    const each = perFamily((family): FamilyStats => {
      const { requests, statuses, watch } = this.#counters[family];
      return { requests, statuses: { ...statuses }, maxPerSecond: watch.maxPerWindow };
    });
    const asked = [...this.#asked()];
    return {
      requests: perFamily((family) => each[family].requests),
      families: each,
      maxQueryPerSecond: each.query.maxPerSecond,
      maxPerSecond: perFamily((family) => each[family].maxPerSecond),
      faults: { ...this.#faults },
      bearerLeaks: this.bearerLeaks,
      mediaBytes: this.mediaBytes,
      detail: {
        requests: each.detail.requests,
        interactions: asked.length,
        mostForOne: asked.reduce((most, [, count]) => Math.max(most, count), 0),
      },
      ...(details
        ? { details: Object.fromEntries(asked.map(([index, count]) => [this.#idOf(index), count])) }
        : {}),
    };
  }
}

function perFamily<T>(of: (family: Family) => T): Record<Family, T> {
  const [token, query, detail, media, mark, playback, digital] = families;
  return {
    token: of(token),
    query: of(query),
    detail: of(detail),
    media: of(media),
    mark: of(mark),
    playback: of(playback),
    digital: of(digital),
  };
}

function freshCounters(): Record<Family, Counter> {
  return perFamily(() => ({ requests: 0, statuses: {}, watch: new RateWatch() }));
}
