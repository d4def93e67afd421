import type { InteractionPage, ListWindow } from '@cxvault/plugin-api';
import { pageRows, PeriodRefused, type CompletedPages, type CompletedQuery } from './completed-pages.ts';
import type { ContactRow } from './contact-row.ts';
import { listError } from './list-failures.ts';
import { Periods } from './periods.ts';
import { contactsKeptMs, updatedSinceReachMs } from './reach.ts';
import type { RowStore } from './row-store.ts';

/** A query whose rows do not add up is asked again so often before its period is left open. */
const tries = 3;

/** A list up to so long ago is as new as lists get: CXone's newest rows are left for later. */
const recentMs = 2 * 3_600_000; // 2 h

type Pages = AsyncGenerator<InteractionPage, void, void>;

/** A query, read to its end. */
interface Reading {
  /** Its number in the {@link RowStore}. */
  readonly n: number;
  /** Of the period that was read, if it was one. */
  readonly startDate?: string;
  readonly contacts: number;
  readonly lastPollTime: string | undefined;
  /** False when fewer contacts came than CXone counts. */
  readonly isWhole: boolean;
}

/** Lists master contacts by their legs: by start, period by period, or by update. */
export class ContactList {
  readonly #pages: CompletedPages;
  readonly #rows: RowStore;
  readonly #now: () => number;
  readonly #warn: (message: string) => void;
  readonly #host: string;

  constructor(options: {
    readonly pages: CompletedPages;
    readonly rows: RowStore;
    /** The API's clock, in milliseconds since 1970. */
    readonly now: () => number;
    readonly warn: (message: string) => void;
    readonly host: string;
  }) {
    this.#pages = options.pages;
    this.#rows = options.rows;
    this.#now = options.now;
    this.#warn = options.warn;
    this.#host = options.host;
  }

  /** One pass. Each page holds whole masters as far as the period shows them. */
  async *pages(window: ListWindow, signal: AbortSignal | undefined): Pages {
    this.#rows.forget(this.#now());
    if (window.lane === 'update') yield* this.#updates(window, signal);
    else yield* this.#byStart(window, signal);
  }

  async *#updates({ from }: ListWindow, signal: AbortSignal | undefined): Pages {
    const now = this.#now();
    const reach = timeText(now - updatedSinceReachMs);
    const updatedSince = from > reach ? from : reach;
    for await (const reading of this.#readUpdates(updatedSince, now, signal)) {
      const completeTo = reading.isWhole ? reading.lastPollTime : from;
      yield { rows: [], ...(completeTo !== undefined && { completeTo }) };
      for (const masters of this.#rows.mastersOf(reading.n))
        yield { rows: masters.map(({ id, updatedTime }) => ({ interactionId: id, updatedTime })) };
    }
  }

  /** All at once; or by start, where the API wants to know a period, too. */
  async *#readUpdates(
    updatedSince: string,
    now: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Reading, void, void> {
    let reading: Reading | undefined;
    try {
      reading = await this.#read({ updatedSince }, 'that have changed', signal);
    } catch (error) {
      if (!(error instanceof PeriodRefused)) throw error;
    }
    if (reading) yield reading;
    else yield* this.#readPeriods(new Periods(now - contactsKeptMs, now), { updatedSince }, signal);
  }

  async *#byStart({ from, to }: ListWindow, signal: AbortSignal | undefined): Pages {
    const periods = new Periods(Date.parse(from), Date.parse(to));
    let allWhole = true;
    for await (const { n, isWhole, startDate = from } of this.#readPeriods(periods, {}, signal)) {
      allWhole &&= isWhole;
      yield { rows: [], ...(!isWhole && { completeTo: startDate }) };
      for (const masters of this.#rows.mastersOf(n)) {
        yield {
          rows: masters.map(({ id, updatedTime, startTime = startDate }) => {
            return { interactionId: id, updatedTime, position: startTime };
          }),
        };
      }
    }
    // a period of the past leaves out the later legs of its contacts
    if (allWhole && this.#now() - Date.parse(to) <= recentMs) this.#rows.noteWhole(from);
  }

  /** Reads period after period of contacts by their start, shorter ones where the API refuses long ones. */
  async *#readPeriods(
    periods: Periods,
    rest: Pick<CompletedQuery, 'updatedSince'>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Reading, void, void> {
    for (let period = periods.current; period !== undefined; period = periods.current) {
      const [startDate, endDate] = [timeText(period.from), timeText(period.to)];
      let reading: Reading;
      try {
        reading = await this.#read({ ...rest, startDate, endDate }, `that began after ${startDate}`, signal);
      } catch (error) {
        if (!(error instanceof PeriodRefused)) throw error;
        if (!periods.halve()) throw listError(error.failed, this.#host);
        continue;
      }
      periods.done(reading.contacts, pageRows);
      yield { ...reading, startDate };
    }
  }

  /**
   * Reads a query to its end; its rows are kept for the fetching of their masters. `what`: the contacts in words that
   * are the same the next time, so that a service says once that they do not add up.
   */
  async #read(query: CompletedQuery, what: string, signal: AbortSignal | undefined): Promise<Reading> {
    const n = this.#rows.newReading(); // one for all tries: what only one of them shows counts, too
    const take = (rows: readonly ContactRow[]): void => {
      this.#rows.put(rows, n, this.#now());
    };
    for (let attempt = 1; ; attempt += 1) {
      // a list in another order may begin as if it were by start: every other try trusts the links alone
      const byStart = attempt % 2 === 1;
      const { totalRecords, lastPollTime } = await this.#pages.read(query, { byStart, take }, signal);
      const contacts = this.#rows.countOf(n);
      if (contacts >= totalRecords) return { n, contacts, lastPollTime, isWhole: true };
      if (attempt < tries) continue;
      this.#warn(`CXone counts more contacts ${what} than it lists: their time stays open for the next run`);
      return { n, contacts, lastPollTime, isWhole: false };
    }
  }
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}
