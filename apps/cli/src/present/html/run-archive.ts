import { beginningOfTime } from '@cxvault/core';
import type { ArchivedDay } from '@cxvault/core';
import type { ArchiveState, LaneCoverage, RunHistory } from '../../work/run-history.ts';
import { count, plural, size } from '../layout.ts';
import { moment, note, notice, pair, section, table } from './blocks.ts';
import { columnChart } from './columns.ts';
import { html, type Markup, type Piece } from './markup.ts';
import { periodChart } from './periods.ts';
import type { RunStory } from './run-page.ts';

const daysShownAsDays = 62;
const monthsShown = 60;
const rowsShown = 31;

/** What the archive holds, by the day (or month) on which it was archived. */
export function archiveSection({ archive }: RunHistory): Piece {
  if (archive === undefined || archive.days.length === 0) return undefined;
  const { days } = archive;
  const monthly = days.length > daysShownAsDays;
  const periods = monthly ? byMonth(days).slice(-monthsShown) : days;
  const each = monthly ? 'month' : 'day';
  const interactions = sum(days.map((day) => day.interactions));
  const bytes = sum(days.map((day) => day.bytes));
  const chart = columnChart({
    id: 'archive-days',
    title: `Archived per ${each}`,
    description: `${plural(interactions, 'interaction')} on ${plural(days.length, 'day')}, from ${days[0]?.day ?? ''} to ${days.at(-1)?.day ?? ''}.`,
    columns: periods.map(({ day, interactions: fresh, versions }) => ({
      label: day,
      values: [fresh, versions - fresh],
    })),
    series: [
      { name: 'interactions, for the first time', paint: 'blue' },
      { name: 'newer versions of archived ones', paint: 'grey' },
    ],
  });
  return section(
    'The archive so far',
    `${plural(interactions, 'interaction')} in ${size(bytes)} of records and media.`,
    pair(chart, dayTable(periods, each)),
  );
}

function dayTable(periods: readonly ArchivedDay[], each: string): Markup {
  const shown = periods.slice(-rowsShown).toReversed();
  const columns = [
    { name: each },
    { name: 'new', kind: 'number' },
    { name: 'newer versions', kind: 'number' },
    { name: 'stored', kind: 'number' },
  ] as const;
  const rows = shown.map(({ day, interactions, versions, bytes }) => [
    day,
    count(interactions),
    count(versions - interactions),
    size(bytes),
  ]);
  const more = periods.length - shown.length;
  return html`${table(`By ${each}, newest first (UTC)`, columns, rows)}${more > 0 && note(`And ${plural(more, `earlier ${each}`)}.`)}`;
}

function byMonth(days: readonly ArchivedDay[]): ArchivedDay[] {
  return [...Map.groupBy(days, ({ day }) => day.slice(0, 7))].map(([day, all]) => ({
    day,
    interactions: sum(all.map((one) => one.interactions)),
    versions: sum(all.map((one) => one.versions)),
    bytes: sum(all.map((one) => one.bytes)),
  }));
}

/** Which times of update are covered, and where gaps are. */
export function coverageSection({ report, history: { archive } }: RunStory): Piece {
  if (archive === undefined) return undefined;
  const thisRun = report.windows.map(({ lane, from, to }) => [lane, timeOf(from), timeOf(to)]);
  return section(
    'What is covered',
    'Windows of update time in which each interaction is archived, seen, or named as failed.',
    archive.lanes.map(laneBlock),
    archive.lanes.length === 0 && note('Nothing is covered yet.'),
    thisRun.length > 0
      ? table('Covered by this run', [{ name: 'lane' }, { name: 'from' }, { name: 'to' }], thisRun)
      : note('This run covered no window: it broke off, was limited, or named its interactions.'),
    report.tips.length > 0 &&
      table(
        'Journal tips: what verify --expect-tip takes; written down elsewhere, they show later that nothing was cut off',
        [{ name: 'SHA-256', kind: 'code' }],
        report.tips.map((tip) => [tip]),
      ),
  );
}

function laneBlock({ lane, origin, lowWaterMark, covered, gaps }: LaneCoverage): Markup {
  const chart = periodChart({
    id: `coverage-${lane}`,
    title: `Coverage of the ${lane} time`,
    description: `Covered from ${timeOf(origin)} to ${timeOf(lowWaterMark)}${gaps.length === 0 ? ', without gaps' : `; ${plural(gaps.length, 'gap')} after that`}.`,
    covered,
    gaps,
  });
  const facts = table(
    'Coverage',
    [{ name: 'what' }, { name: 'when' }],
    [
      ['begins', timeOf(origin)],
      ['complete up to', timeOf(lowWaterMark)],
      ...gaps.slice(0, rowsShown).map(({ from, to }) => ['gap', `${timeOf(from)} to ${timeOf(to)}`]),
      ...(gaps.length === 0 ? [['gaps', 'none']] : []),
    ],
  );
  const advice =
    gaps.length > 0 && note('A run without --since and --until lists the gaps, and closes them.');
  return html`${pair(chart, facts)}${advice}`;
}

function timeOf(time: string): string {
  return time === beginningOfTime ? 'the beginning' : moment(time);
}

const depths = {
  full: 'opened and compared with the journal, down to each record and medium',
  checksum: 'SHA-256 of the stored object is right',
  structure: 'size, header and index are right',
} as const;

/** What verifies on this machine have said and proved. */
export function proofSection({ history: { archive } }: RunStory): Piece {
  if (archive === undefined) return undefined;
  const { verifies, proven } = archive;
  const nothing = verifies.length + proven.length === 0;
  return section(
    'What verify said',
    nothing
      ? undefined
      : 'The last verify of each depth on this machine, and the objects that were found sound.',
    nothing && note('No verify on this machine yet: cxvault verify proves the archive whole.'),
    verifies[0]?.ok === false &&
      notice(
        'bad',
        'The last verify found damage.',
        `${plural(verifies[0].damage, 'finding')} on ${moment(verifies[0].at)}.`,
        'run cxvault verify, which names each damaged object and what it costs',
      ),
    verifies.length > 0 && verifyTable(verifies),
    proven.length > 0 && proofTable(proven),
  );
}

function verifyTable(verifies: ArchiveState['verifies']): Markup {
  const columns = [
    { name: 'ended' },
    { name: 'depth' },
    { name: 'looked at' },
    { name: 'objects', kind: 'number' },
    { name: 'found' },
  ] as const;
  const rows = verifies.map(({ at, depth, ok, damage, objects, proven_before, since, until }) => [
    moment(at),
    depth,
    since === undefined && until === undefined
      ? 'the whole archive'
      : `what was created from ${timeOf(since ?? beginningOfTime)} to ${until === undefined ? 'then' : moment(until)}`,
    count(objects + proven_before),
    ok ? 'no damage' : `DAMAGED: ${plural(damage, 'finding')}`,
  ]);
  return table('Last verifies', columns, rows);
}

function proofTable(proven: ArchiveState['proven']): Markup {
  const columns = [
    { name: 'depth' },
    { name: 'objects', kind: 'number' },
    { name: 'oldest proof' },
    { name: 'newest proof' },
    { name: 'what is proved' },
  ] as const;
  const rows = proven.map(({ depth, objects, oldest, newest }) => [
    depth,
    count(objects),
    moment(oldest),
    moment(newest),
    depths[depth],
  ]);
  return table('Proofs', columns, rows);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
