import {
  CxvaultError,
  isCxvaultError,
  type InteractionRef,
  type InteractionSource,
  type ListWindow,
} from '@cxvault/plugin-api';

import type { Catalog } from '../catalog/catalog.ts';
import { racyAge } from './interaction-archiver.ts';
import { always, type FailureDue } from './retry-pause.ts';
import type { WorkList } from './work-list.ts';

// A list that never settles ends without a window, so that the next run lists the same period again.
const mostPasses = 50;
const mostRestarts = 100;

/** What listing a window has shown so far. */
export interface ListCounts {
  /** Rows, each once however many passes show it. */
  rows: number;
  /** Interactions that were found archived already, with nothing to do. */
  unchanged: number;
  /** Interactions that were given up before and have not moved since. */
  givenUp: number;
}

/** Lists a window, pass after pass, until a pass shows nothing new. */
export class Lister {
  readonly #source: InteractionSource;
  readonly #catalog: Catalog;
  readonly #work: WorkList;
  readonly #window: ListWindow;
  readonly #onPage: () => void;
  readonly #isDue: FailureDue;
  readonly counts: ListCounts = { rows: 0, unchanged: 0, givenUp: 0 };
  #complete: ListWindow | undefined;

  constructor(options: {
    source: InteractionSource;
    catalog: Catalog;
    work: WorkList;
    window: ListWindow;
    /** Told after each page. */
    onPage?: () => void;
    /** Whether a failure is due to be tried again. Default: always. */
    isDue?: FailureDue;
  }) {
    this.#source = options.source;
    this.#catalog = options.catalog;
    this.#work = options.work;
    this.#window = options.window;
    this.#onPage = options.onPage ?? ((): void => undefined);
    this.#isDue = options.isDue ?? always;
  }

  /**
   * The window, or the part of it of which the list was complete, when the last pass showed nothing new: all of it was
   * sighted. Undefined otherwise. `stop`: ends it early.
   */
  async list(signal: AbortSignal, stop: () => boolean): Promise<ListWindow | undefined> {
    let restarts = 0;
    for (let pass = 1; pass <= mostPasses; pass += 1) {
      const found = await this.#pass(signal, stop).catch((error: unknown) => {
        if (!isExpiredCursor(error) || (restarts += 1) > mostRestarts) throw error;
        return 'expired' as const;
      });
      if (stop()) return undefined;
      if (found === 0) return this.#complete;
      if (found === 'expired') pass -= 1; // a pass that broke off says nothing about the list
    }
    return undefined;
  }

  /** Reads the list from its newest row to a whole page older than the window; returns how many rows were new. */
  async #pass(signal: AbortSignal, stop: () => boolean): Promise<number> {
    let rows = 0;
    let found = 0;
    let { to } = this.#window;
    for await (const page of this.#source.list(this.#window, { signal })) {
      rows += page.rows.length;
      this.#work.addAll(() => {
        for (const row of page.rows) found += Number(this.#take(row));
      });
      if (page.completeTo !== undefined && page.completeTo < to) to = page.completeTo;
      this.#onPage();
      if (stop() || this.#isBehind(page.rows)) break;
    }
    if (rows === 0 && this.#knowsSome()) throw emptyList();
    this.#complete = to > this.#window.from ? { ...this.#window, to } : undefined;
    return found;
  }

  /** A whole page older than the window: a list of everything has come to its end as far as it matters. */
  #isBehind(rows: readonly InteractionRef[]): boolean {
    return rows.length > 0 && rows.every((row) => this.#isOlder(row));
  }

  /** Whether the list should show something. */
  #knowsSome(): boolean {
    const { lane, from, to } = this.#window;
    const { listsWindows, reach } = this.#source;
    if (listsWindows !== true) return this.#catalog.interactionCount() > 0;
    const now = this.#source.now();
    if (lane !== 'update' || now === undefined) return false;
    const reached = new Date(now - (reach?.update?.listed ?? now)).toISOString();
    return this.#catalog.hasUpdatesWithin(from > reached ? from : reached, to);
  }

  #isOlder(row: InteractionRef): boolean {
    // a list by windows has its own reason to show a row that has not its own place in it
    const position = this.#source.listsWindows === true ? row.position : positionOf(row);
    return position !== undefined && position < this.#window.from;
  }

  /** Puts a row on the work list if there is something to do; true when it is new and lies in the window. */
  #take(row: InteractionRef): boolean {
    const { interactionId, updatedTime = '' } = row;
    if (this.#isOlder(row) || this.#catalog.isErased(interactionId)) return false;
    const beyond = (positionOf(row) ?? '') >= this.#window.to;
    // newer than the window: the next one covers it. Only what was never archived is taken along already
    if (beyond && (this.#work.hasSighted(interactionId) || this.#catalog.latest(interactionId))) return false;
    if (!this.#work.sight(interactionId, updatedTime)) return false;
    this.counts.rows += 1;
    this.#sort(interactionId, updatedTime);
    return !beyond;
  }

  #sort(interactionId: string, updatedTime: string): void {
    if (updatedTime !== '' && this.#catalog.knowsTime(interactionId, updatedTime)) {
      this.counts.unchanged += 1;
      return;
    }
    const failure = this.#catalog.openFailure(interactionId);
    if (failure?.given_up === 1 && updatedTime !== '' && updatedTime <= failure.updated_time) {
      this.counts.givenUp += 1;
      return;
    }
    if (failure?.updated_time === updatedTime && !this.#isDue(failure)) return;
    const item = { interactionId, updatedTime, reason: 'listed', attempt: 1 } as const;
    this.#work.add(item, this.#isFresh(interactionId, updatedTime) ? 'fresh' : 'now');
  }

  /**
   * An archived interaction that changed just before the run, mostly by our own mark: fetched last, when its
   * update time can be trusted, and so once instead of twice.
   */
  #isFresh(interactionId: string, updatedTime: string): boolean {
    const fresh = updatedTime !== '' && Date.parse(updatedTime) > Date.parse(this.#window.to) - racyAge;
    return fresh && this.#catalog.latest(interactionId) !== undefined;
  }
}

function positionOf({ position, updatedTime }: InteractionRef): string | undefined {
  return position ?? updatedTime;
}

function isExpiredCursor(error: unknown): boolean {
  return isCxvaultError(error) && error.context['cursor'] === 'expired';
}

function emptyList(): CxvaultError {
  return new CxvaultError(
    'SOURCE_LIST_EMPTY',
    'CXone lists no closed interactions, but the archive knows some',
    {
      hint: 'check that the login belongs to the archived tenant and may see its interactions; nothing was changed',
    },
  );
}
