import { RateWatch } from '../rate-watch.ts';

/** What was asked of one thing: a recording, a contact's hierarchy, … */
export interface ResourceStats {
  readonly requests: number;
  /** Answers that went out whole, with a status below 300. */
  readonly whole: number;
  /** Answers by status; `none`: the connection was reset before one. */
  readonly statuses: Readonly<Record<string, number>>;
}

interface Counter {
  requests: number;
  whole: number;
  statuses: Record<string, number>;
}

/** Counts what was asked for, thing by thing, and how full any stretch of time was with playback calls. */
export class ResourceWatch {
  readonly #windowMs: number;
  #counters = new Map<string, Counter>();
  #playback: RateWatch;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
    this.#playback = new RateWatch(windowMs);
  }

  get maxPlayback(): number {
    return this.#playback.maxPerWindow;
  }

  /** A playback call came (time: ms). Returns how many the window saw with it. */
  playbackAsked(time: number): number {
    return this.#playback.count(time);
  }

  asked(resource: string): void {
    const counter = this.#counters.get(resource) ?? { requests: 0, whole: 0, statuses: {} };
    counter.requests += 1;
    this.#counters.set(resource, counter);
  }

  ended(resource: string, status: number | 'none', whole: boolean): void {
    const counter = this.#counters.get(resource);
    if (counter === undefined) return;
    counter.statuses[status] = (counter.statuses[status] ?? 0) + 1;
    if (whole && status !== 'none' && status < 300) counter.whole += 1;
  }

  /** The counts of all things of a kind; without one, of all. */
  of(prefix = ''): readonly (readonly [string, ResourceStats])[] {
    return [...this.#counters].filter(([resource]) => resource.startsWith(prefix));
  }

  reset(): void {
    this.#counters = new Map();
    this.#playback = new RateWatch(this.#windowMs);
  }
}
