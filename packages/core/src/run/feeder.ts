import type { InteractionSource, ListWindow } from '@cxvault/plugin-api';

import type { Catalog } from '../catalog/catalog.ts';
import type { Clock } from '../clock.ts';
import { racyAge } from './interaction-archiver.ts';
import { addKnownWork } from './known-work.ts';
import { Lister } from './lister.ts';
import type { RunProgress } from './options.ts';
import { always, type FailureDue } from './retry-pause.ts';
import type { WorkList } from './work-list.ts';

export interface FeederOptions {
  readonly source: InteractionSource;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly work: WorkList;
  readonly windows: readonly ListWindow[];
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
      (window) => new Lister({ source, catalog, work, window, onPage, isDue }),
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
    const covered: ListWindow[] = [];
    if (!interactions) {
      onPhase('listing');
      for (const lister of this.#listers) {
        const window = await lister.list(signal, () => this.#stops(signal));
        if (!window) break; // a lane may hang on the one before it
        covered.push(window);
      }
    }
    onPhase('archiving');
    await work.idle(signal);
    await this.#workThroughWaiting(signal);
    return this.#stops(signal) ? [] : covered;
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
