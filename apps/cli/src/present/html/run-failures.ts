import { type RunReport, splitReason } from '@cxvault/core';
import { count, plural } from '../layout.ts';
import { failureRemedy, markRemedy, type Remedy } from '../remedies.ts';
import { barChart } from './bars.ts';
import { note, section, table } from './blocks.ts';
import { html, type Markup, type Piece } from './markup.ts';

const shownFailures = 100;
const shownReasons = 20;

interface Failed {
  readonly interaction_id: string;
  readonly reason: string;
  readonly request_id?: string;
}

/** What failed, why, and what to do: nothing at all when nothing failed. */
export function failureSection({ failed_records: failed, failed_archives: all }: RunReport): Piece {
  if (all === 0) return undefined;
  const reasons = byReason(failed);
  const chart = barChart({
    id: 'failure-reasons',
    title: 'Failed interactions by reason',
    description: reasons.map(([reason, number]) => `${reason}: ${count(number)}`).join(', '),
    bars: reasons.map(([name, value]) => ({ name, value, text: count(value), paint: 'red' })),
  });
  return section(
    'Failures',
    'These interactions are not in the archive yet, or not in their newest version. Each run tries them first.',
    chart,
    remedyTable(reasons, failureRemedy),
    list('Failed interactions', failed),
  );
}

/** The marks in CXone. */
export function markSection({ marks }: RunReport): Markup {
  const rows: [string, number][] = [
    ['sent', marks.sent],
    ['pending: sent by the next run', marks.pending],
    ['failed', marks.failed.length],
  ];
  const failed = marks.failed.map(({ interaction_id, reason }) => ({
    interaction_id,
    ...splitReason(reason),
  }));
  const reasons = byReason(failed);
  return section(
    'Marks in CXone',
    'A mark tells people in CXone that an interaction is archived. What is archived does not hang on it.',
    table(
      'Marks',
      [{ name: 'outcome' }, { name: 'number', kind: 'number' }],
      rows.map(([name, number]) => [name, count(number)]),
    ),
    reasons.length > 0 && remedyTable(reasons, markRemedy),
    reasons.length > 0 && list('Failed marks', failed),
  );
}

function byReason(failed: readonly Failed[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { reason } of failed) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const rest = sorted.slice(shownReasons).reduce((sum, [, number]) => sum + number, 0);
  return rest === 0 ? sorted : [...sorted.slice(0, shownReasons), ['other reasons', rest]];
}

function remedyTable(reasons: readonly [string, number][], remedyOf: (reason: string) => Remedy): Markup {
  const columns = [
    { name: 'reason', kind: 'code' },
    { name: 'number', kind: 'number' },
    { name: 'what it means' },
    { name: 'what to do' },
  ] as const;
  return table(
    'What to do',
    columns,
    reasons.map(([reason, number]) => {
      const { means, remedy } = remedyOf(reason);
      return [reason, count(number), means, remedy];
    }),
  );
}

function list(caption: string, failed: readonly Failed[]): Markup {
  const columns = [
    { name: 'interaction', kind: 'code' },
    { name: 'reason', kind: 'code' },
    { name: 'request id', kind: 'code' },
  ] as const;
  const rows = failed
    .slice(0, shownFailures)
    .map(({ interaction_id, reason, request_id }) => [interaction_id, reason, request_id ?? '']);
  const more = failed.length - rows.length;
  return html`${table(caption, columns, rows)}${more > 0 && note(`And ${plural(more, 'more', 'more')}; --report FILE lists them all.`)}`;
}
