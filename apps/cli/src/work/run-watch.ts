import type { RunProgress } from '@cxvault/core';
import { BudgetUse } from '../budget-use.ts';
import type { CommandContext } from '../context.ts';
import type { RunMetrics } from '../metrics/run-metrics.ts';
import { Pace } from '../pace.ts';
import { presentRunProgress } from '../present/run-progress.ts';
import { type Progress, type ProgressState, showProgress } from '../progress.ts';

/** Shows how far a run is, and tells its metrics; dispose of it when the run ends. */
export class RunWatch implements Disposable {
  readonly budgets = new BudgetUse();
  readonly #pace = { fetched: new Pace(), archived: new Pace() };
  readonly #progress: Progress;
  #metrics: RunMetrics | undefined;

  constructor(context: CommandContext) {
    this.#progress = showProgress(context);
  }

  /** Where the numbers go besides the screen. */
  measureInto(metrics: RunMetrics): void {
    this.#metrics = metrics;
  }

  update(state: RunProgress): void {
    this.#pace.fetched.note(state.taken);
    this.#pace.archived.note(state.archived);
    this.#metrics?.note({ progress: state });
    this.#progress.update(() => presentRunProgress(state, this.#pace, this.budgets));
  }

  show(state: () => ProgressState): void {
    this.#progress.update(state);
  }

  [Symbol.dispose](): void {
    this.#progress[Symbol.dispose]();
  }
}
