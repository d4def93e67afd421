import type { RunProgress } from '@cxvault/core';
import type { BudgetUse } from '../budget-use.ts';
import type { Pace } from '../pace.ts';
import type { ProgressState } from '../progress.ts';
import { count, elapsed, size } from './layout.ts';

/**
 * How far a run is, in one line; first what a narrow terminal must not cut off. `fetched` and `archived`: how fast.
 */
export function presentRunProgress(
  progress: RunProgress,
  pace: { readonly fetched: Pace; readonly archived: Pace },
  budgets: BudgetUse,
): ProgressState {
  const { taken, found } = progress;
  const fetches = progress.phase === 'listing' || progress.phase === 'archiving';
  const parts = [
    // archived is what a journal entry names: up to a segment's worth is fetched before the first
    ...(fetches && found > 0 ? [`${count(taken)} of ${count(found)} fetched${rate(pace.fetched)}`] : []),
    `${count(progress.archived)} archived${fetches ? rate(pace.archived) : ''}`,
    ...(progress.marked > 0 && !fetches ? [`${count(progress.marked)} marked`] : []),
    ...(progress.unchanged > 0 ? [`${count(progress.unchanged)} unchanged`] : []),
    ...(progress.failed > 0 ? [`${count(progress.failed)} failed`] : []),
    `${count(progress.listed)} listed`,
    ...(progress.media > 0 ? [`${count(progress.media)} media (${size(progress.mediaBytes)})`] : []),
    ...(progress.marked > 0 && fetches ? [`${count(progress.marked)} marked`] : []),
  ];
  const archives = progress.phase === 'archiving' && found > 0;
  return {
    text: `${phase(progress.phase)}${left(progress, pace.fetched)}${wait(budgets)}: ${parts.join(', ')}`,
    ...(archives && { done: taken, total: found }),
  };
}

function phase(name: RunProgress['phase']): string {
  // Up to a minute without any other sign of life.
  return name === 'settling' ? 'settling (a minute at most, to trust the last changes)' : name;
}

/** ` (12.3/s)`, once it is known. */
function rate(pace: Pace): string {
  const perSecond = pace.perSecond();
  return perSecond === undefined || perSecond <= 0 ? '' : ` (${perSecond.toFixed(1)}/s)`;
}

/** Only when the whole list was seen is it known how much there is to do. */
function left({ phase: now, found, taken }: RunProgress, fetched: Pace): string {
  const ms = now === 'archiving' && found > taken ? fetched.until(found - taken) : undefined;
  return ms === undefined ? '' : `, about ${elapsed(ms)} left`;
}

function wait(budgets: BudgetUse): string {
  const longest = budgets.longestWait();
  if (longest === undefined) return '';
  const { family, leftMs } = longest;
  const time = leftMs < 59_500 ? `${String(Math.round(leftMs / 1_000))} s` : elapsed(leftMs);
  return `, waiting ${time} for the ${family} budget`;
}
