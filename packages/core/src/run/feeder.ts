import type { InteractionSource, ListWindow } from '@cxvault/plugin-api';

import type { Catalog } from '../catalog/catalog.ts';
import type { Clock } from '../clock.ts';
import { racyAge } from './interaction-archiver.ts';
import { addKnownWork } from './known-work.ts';
import { Lister } from './lister.ts';
import type { RunProgress } from './options.ts';
import { always, type FailureDue } from './retry-pause.ts';
import type { LaneWindow } from './windows.ts';
import type { WorkList } from './work-list.ts';

export interface FeederOptions {
  readonly source: InteractionSource;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly work: WorkList;
  readonly windows: readonly LaneWindow[];
  /** Only these, if given. */
  readonly interactions: readonly string[] | undefined;
  readonly retryFailed: boolean;
  readonly media: boolean;
  readonly limitReached: () => boolean;
  readonly isDue: FailureDue | undefined;
  /** Told after each page of the list. */
  readonly onPage: () => void;
  readonly onPhase: (phase: RunProgress['phase']) => void;
}

/** Fills the work list: open failures first, then absent media that are due, then the list, then what had to wait. */
export class Feeder {
  readonly #options: FeederOptions;
  readonly #listers: readonly Lister[];

  constructor(options: FeederOptions) {
    this.#options = options;
    const { source, catalog, work, onPage, isDue = always } = options;
    this.#listers = options.windows.map(
      ({ lane, from, to }) =>
        new Lister({ source, catalog, work, window: { lane, from, to }, onPage, isDue }),
    );
  }

  /** Rows listed, and interactions found archived already. */
  get listed(): { readonly rows: number; readonly unchanged: number } {
    const sum = { rows: 0, unchanged: 0 };
    for (const { counts } of this.#listers) {
      sum.rows += counts.rows;
      sum.unchanged += counts.unchanged;
    }
    return sum;
  }

  /** Returns the windows of which every interaction was sighted, and dealt with. */
  async feed(signal: AbortSignal): Promise<ListWindow[]> {
    const { interactions, work, clock, onPhase } = this.#options;
    addKnownWork(work, { ...this.#options, now: clock.now() });
    let covered: ListWindow[] = [];
    if (!interactions) {
      onPhase('listing');
      covered = await this.#list(signal);
    }
    onPhase('archiving');
    await work.idle(signal);
    await this.#workThroughWaiting(signal);
    return this.#stops(signal) ? [] : covered;
  }

  /** Lane after lane, whatever the one before came to; only a lane that is out of reach hangs on those before it. */
  async #list(signal: AbortSignal): Promise<ListWindow[]> {
    const covered: ListWindow[] = [];
    let isWhole = true;
    for (const [n, { to, outOfReach }] of this.#options.windows.entries()) {
      const window = await this.#listers[n]?.list(signal, () => this.#stops(signal));
      if (this.#stops(signal)) return [];
      if (window && (isWhole || !outOfReach)) covered.push(window);
      isWhole &&= window?.to === to;
    }
    return covered;
  }

  #stops(signal: AbortSignal): boolean {
    return signal.aborted || this.#options.limitReached();
  }

  /** Second tries; and interactions that changed just before the run, when their update time can be trusted. */
  async #workThroughWaiting(signal: AbortSignal): Promise<void> {
    const { work, clock, source, onPhase } = this.#options;
    while (!this.#stops(signal)) {
      const newest = work.newestFresh();
      if (newest === undefined && work.count('retry') === 0) return;
      const wait = newest === undefined ? 0 : Date.parse(newest) + racyAge - (source.now() ?? clock.now());
      if (wait > 0) {
        onPhase('settling');
        await clock.sleep(wait, signal);
      }
      onPhase('archiving');
      work.release();
      await work.idle(signal);
    }
  }
}
