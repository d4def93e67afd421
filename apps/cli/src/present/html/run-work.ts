import type { RunReport } from '@cxvault/core';
import { count, plural, size } from '../layout.ts';
import type { RunHistory } from '../../work/run-history.ts';
import { type Bar, barChart } from './bars.ts';
import { moment, note, pair, section, table } from './blocks.ts';
import { growthChart } from './growth.ts';
import type { Markup, Piece } from './markup.ts';
import type { RunStory } from './run-page.ts';

const shownTypes = 12;

/** What the run archived, over its time and by type. */
export function thisRunSection({ report, history }: RunStory): Markup {
  const lead =
    'What counts as archived is what an entry of the journal names: the steps are the commits of this run.';
  const content =
    report.tips.length === 0
      ? note('Envelopes have no journal: there are no commits to draw.')
      : commits(history, report);
  return section('This run', lead, content, outcomes(report));
}

function commits(history: RunHistory, report: RunReport): Piece {
  let total = 0;
  const points = history.archived
    .intervals()
    .filter(({ count: archived }) => archived > 0)
    .map(({ from, count: archived }) => ({ at: from, total: (total += archived) }));
  if (total === 0) return note('Nothing was committed.');
  const growth = growthChart({
    id: 'run-growth',
    title: 'Interactions archived in this run',
    description: `${plural(total, 'interaction')} in ${plural(points.length, 'step')}, the last at ${moment(points.at(-1)?.at ?? 0)}.`,
    points,
    from: history.startedAt,
    to: Date.parse(report.generated_at),
  });
  return pair(growth, typeChart(history));
}

function typeChart({ types }: RunHistory): Markup {
  const sorted = [...types].sort(([, a], [, b]) => b - a);
  const rest = sorted.slice(shownTypes).reduce((sum, [, number]) => sum + number, 0);
  const bars = sorted
    .slice(0, shownTypes)
    .map(([type, number]) => barOf(type === '' ? '(no type)' : type, number));
  return barChart({
    id: 'run-types',
    title: 'By type',
    description: sorted
      .map(([type, number]) => `${type === '' ? 'no type' : type}: ${count(number)}`)
      .join(', '),
    bars: rest > 0 ? [...bars, barOf(plural(sorted.length - shownTypes, 'other type'), rest)] : bars,
  });
}

function barOf(name: string, value: number): Bar {
  return { name, value, text: count(value), paint: 'blue' };
}

function outcomes(report: RunReport): Markup {
  const rows: [string, number][] = [
    ['archived', report.successful_archives],
    ['of these, failed at first or in an earlier run', report.retried_and_succeeded],
    ['failed, tried again by the next run', report.failed_archives],
    ['seen and unchanged since they were archived', report.unchanged],
    ['given up: refused in three runs over a day (run --retry-failed tries again)', report.given_up],
  ];
  return table(
    'Interactions',
    [{ name: 'outcome' }, { name: 'number', kind: 'number' }],
    rows.map(([name, number]) => [name, count(number)]),
  );
}

/** Recordings and other media, and the bytes of all that was stored. */
export function mediaSection({ media, bytes }: RunReport): Piece {
  if (bytes.plaintext === 0 && media.absent === 0) return undefined;
  const final = media.absent - media.provisional;
  const rows: readonly { name: string; value: number; paint: Bar['paint']; means: string }[] = [
    {
      name: 'archived',
      value: media.archived,
      paint: 'green',
      means: `${size(media.bytes)} before compression and encryption`,
    },
    {
      name: 'absent for now',
      value: media.provisional,
      paint: 'amber',
      means: 'CXone did not give them yet, or they were left out: asked for again by later runs',
    },
    {
      name: 'absent',
      value: final,
      paint: 'grey',
      means: 'CXone has them no longer, or does not give them; noted in the record',
    },
  ];
  const mediaChart = barChart({
    id: 'run-media',
    title: 'Media',
    description: rows.map(({ name, value }) => `${name}: ${count(value)}`).join(', '),
    bars: rows.map(({ name, value, paint }) => ({ name, value, text: count(value), paint })),
  });
  return section(
    'Media and bytes',
    undefined,
    pair(mediaChart, byteChart(bytes)),
    table(
      'Media of the archived interactions',
      [{ name: 'outcome' }, { name: 'number', kind: 'number' }, { name: 'what it means' }],
      rows.map(({ name, value, means }) => [name, count(value), means]),
    ),
  );
}

function byteChart({ plaintext, stored }: RunReport['bytes']): Markup {
  const share = plaintext === 0 ? '' : ` (${((stored / plaintext) * 100).toFixed(0)}%)`;
  return barChart({
    id: 'run-bytes',
    title: 'Bytes of records and media',
    description: `${size(plaintext)} as they came, ${size(stored)} stored`,
    bars: [
      { name: 'as they came', value: plaintext, text: size(plaintext), paint: 'grey' },
      {
        name: 'stored: compressed and encrypted',
        value: stored,
        text: `${size(stored)}${share}`,
        paint: 'blue',
      },
    ],
  });
}
