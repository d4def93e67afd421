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

/** The budgets of calls that tenants have: playback in its window, the ACD and business data by the second. */
interface Rates {
  readonly playback: RateWatch;
  readonly acd: RateWatch;
  readonly businessData: RateWatch;
}

/** The name of a budget. */
export type Rate = keyof Rates;

function freshRates(windowMs: number): Rates {
  return { playback: new RateWatch(windowMs), acd: new RateWatch(), businessData: new RateWatch() };
}

/** Counts what was asked for, thing by thing, and how full any stretch of time was with calls of each budget. */
export class ResourceWatch {
  readonly #windowMs: number;
  #counters = new Map<string, Counter>();
  #rates: Rates;

  /** @param windowMs of playback */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
    this.#rates = freshRates(windowMs);
  }

  /** The fullest stretch of time so far. */
  most(rate: Rate): number {
    return this.#rates[rate].maxPerWindow;
  }

  /** A call came that has this budget (time: ms). Returns how many the window saw with it. */
  counted(rate: Rate, time: number): number {
    return this.#rates[rate].count(time);
  }

  /** A call for this thing came. */
  asked(resource: string): void {
    const counter = this.#counters.get(resource) ?? { requests: 0, whole: 0, statuses: {} };
    counter.requests += 1;
    this.#counters.set(resource, counter);
  }

  /** A call for this thing ended: with which status, and whether the whole answer went out. */
  ended(resource: string, status: number | 'none', whole: boolean): void {
    const counter = this.#counters.get(resource);
    if (counter === undefined) return;
    counter.statuses[status] = (counter.statuses[status] ?? 0) + 1;
    if (whole && status !== 'none' && status < 300) counter.whole += 1;
  }

  /** The counts of all things, by name. */
  all(): readonly (readonly [string, ResourceStats])[] {
    return [...this.#counters];
  }

  reset(): void {
    this.#counters = new Map();
    this.#rates = freshRates(this.#windowMs);
  }
}
