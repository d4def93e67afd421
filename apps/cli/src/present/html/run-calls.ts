import type { FamilyHistory } from '@cxvault/core';
import { count, plural } from '../layout.ts';
import { note, pair, period, section, table } from './blocks.ts';
import { axisTime } from './chart.ts';
import { columnChart } from './columns.ts';
import { html, type Markup } from './markup.ts';
import type { RunStory } from './run-page.ts';

const columnsAtMost = 100;

/** Calls to CXone against what its limits allow. */
export function callSection({ report, history }: RunStory): Markup {
  const families = history.families;
  const used = new Map(families.map((family) => [family.family, family]));
  const columns = [
    { name: 'API family' },
    { name: 'calls', kind: 'number' },
    { name: 'per 1,000 archived', kind: 'number' },
    { name: 'throttled', kind: 'number' },
    { name: 'retried', kind: 'number' },
    { name: 'budget' },
    { name: 'busiest' },
  ] as const;
  const rows = Object.entries(report.api_calls).map(([name, calls]) => {
    const family = used.get(name);
    const per1000 = report.calls_per_1000[name];
    return [
      name,
      count(calls.count),
      per1000 === undefined ? '' : count(per1000),
      count(calls.throttled),
      count(calls.retried),
      family === undefined ? '' : budgetOf(family),
      family === undefined ? '' : busiestOf(family),
    ];
  });
  return section(
    'Calls to CXone',
    'Against the budgets that keep the tenant below its limits. Throttled: CXone asked for a pause (429 or 503).',
    rows.length === 0 ? note('There were none.') : table('Calls by API family', columns, rows),
    pair(...families.map(familyChart)),
    details(families),
  );
}

function familyChart(family: FamilyHistory): Markup {
  const { family: name, rule } = family;
  const { intervals, widthMs } = intervalsOf(family);
  const limit = rule.limit === 0 ? undefined : Math.round((rule.limit * widthMs) / rule.perMs);
  const span = intervals.length * widthMs;
  const calls = sum(intervals.map((one) => one.count));
  const pauses = sum(intervals.map((one) => one.throttled));
  return columnChart({
    id: `calls-${name}`,
    title: `${name}: calls per ${period(widthMs)}`,
    description: `${plural(calls, 'call')}, at most ${busiestOf(family)}${limit === undefined ? '' : `, of ${count(limit)} allowed`}; ${plural(pauses, 'answer')} asked for a pause.`,
    columns: intervals.map(({ from, count: made, throttled }) => ({
      label: axisTime(from, span),
      values: [Math.max(0, made - throttled), throttled],
    })),
    series: [
      { name: 'calls', paint: 'blue' },
      { name: 'throttled', paint: 'amber' },
    ],
    limit: limit === undefined ? undefined : { value: limit, name: `budget ${count(limit)}` },
    height: 150,
  });
}

/** A budget counts in periods of its own: columns shorter than these could not be compared with it. */
function intervalsOf({ rule, calls, throttled }: FamilyHistory) {
  const span = calls.intervals().length * calls.widthMs;
  const least = Math.max(rule.limit === 0 ? calls.widthMs : rule.perMs, span / columnsAtMost);
  const widthMs = Math.ceil(least / calls.widthMs) * calls.widthMs;
  const intervals = calls.intervals(widthMs).map((one) => ({ ...one, throttled: 0 }));
  for (const pauses of throttled.intervals()) {
    const last = intervals.findLast(({ from }) => from <= pauses.from);
    if (last) last.throttled += pauses.count;
  }
  return { intervals, widthMs };
}

function budgetOf({ rule }: FamilyHistory): string {
  return rule.limit === 0 ? 'no limit' : `${count(rule.limit)} per ${period(rule.perMs)}`;
}

function busiestOf(family: FamilyHistory): string {
  const { intervals, widthMs } = intervalsOf(family);
  return `${count(Math.max(0, ...intervals.map((one) => one.count)))} in ${period(widthMs)}`;
}

/** The numbers behind the charts, for those who cannot see or do not trust them. */
function details(families: readonly FamilyHistory[]): Markup | false {
  if (families.length === 0) return false;
  const columns = [
    { name: 'API family' },
    { name: 'from (UTC)' },
    { name: 'calls', kind: 'number' },
  ] as const;
  const rows = families.flatMap((family) =>
    intervalsOf(family)
      .intervals.filter((one) => one.count > 0)
      .map(({ from, count: calls }) => [
        family.family,
        new Date(from).toISOString().slice(0, 19),
        count(calls),
      ]),
  );
  return html`<details>
    <summary>The numbers of these charts</summary>
    ${table('Calls over time', columns, rows)}
  </details>`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
