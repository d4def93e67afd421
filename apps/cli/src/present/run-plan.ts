import type { RunPlan } from '@cxvault/core';
import { count, plural, table } from './layout.ts';
import { type CommonFlags, nextCommand } from './next.ts';
import { periodWords } from './times.ts';

const shown = 50;

/** What a run would do. */
export function presentRunPlan(plan: RunPlan, flags: CommonFlags): string {
  const planned = plan.planned
    .slice(0, shown)
    .map(({ interaction_id, reason }): [string, string] => [`  ${interaction_id}`, reason]);
  const more = plan.planned.length - planned.length;
  return [
    `A run would fetch ${plural(plan.planned.length, 'interaction')}; nothing was changed.`,
    ...(planned.length > 0 ? ['', table(planned)] : []),
    ...(more > 0 ? [`  and ${count(more)} more; --json lists them all`] : []),
    '',
    table([
      ['archived already', count(plan.unchanged)],
      ['given up', count(plan.given_up)],
      ['marks pending', count(plan.marks.pending)],
      ...plan.windows.map((window): [string, string] => [`listed (${window.lane})`, periodWords(window)]),
    ]),
    '',
    `Next: ${nextCommand('run', flags)}`,
  ].join('\n');
}
