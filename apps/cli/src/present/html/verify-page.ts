import type { Damage, VerifyReport } from '@cxvault/core';
import { count, elapsed, place, plural, size } from '../layout.ts';
import { damageRemedies } from '../remedies.ts';
import { type Looked, verifyHeadline } from '../verify.ts';
import { barChart } from './bars.ts';
import { moment, note, pair, section, table, type Tile, tiles } from './blocks.ts';
import type { Paint } from './chart.ts';
import { html, type Markup, type Piece } from './markup.ts';
import { pageText } from './page.ts';

const shownDamage = 100;
const shownInteractions = 5;

/** What a verify's page is made of. */
export interface VerifyStory {
  readonly report: VerifyReport;
  readonly looked: Looked;
  readonly exit: number;
  /** When it ended, in milliseconds since 1970. */
  readonly endedAt: number;
  /** Name and version of the program. */
  readonly tool: string;
}

/** The result of a verify as one page. */
export function verifyPage({ report, looked, exit, endedAt, tool }: VerifyStory): string {
  const { ok, archive, depth } = report;
  const verdict = ok ? 'No damage found' : 'Damage found';
  return pageText({
    title: `cxvault verify: ${verdict}`,
    state: ok ? 'good' : 'bad',
    verdict,
    headline: verifyHeadline(report, looked),
    facts: [
      ['archive', html`<code>${place(archive)}</code>`],
      ['depth', depth],
      ...periodOf(looked),
      ['began', moment(endedAt - report.duration_ms)],
      ['ended', moment(endedAt)],
      ['took', elapsed(report.duration_ms)],
      ['exit code', String(exit)],
    ],
    sections: [
      tiles(tilesOf(report)),
      damageSection(report.damage),
      lookedAt(report),
      journalSection(report),
    ],
    maker: `Made by ${tool} on ${moment(endedAt)}.`,
  });
}

function periodOf({ since, until }: Looked): [string, string][] {
  if (since === undefined && until === undefined) return [];
  return [['created in', `${since ?? 'the beginning'} to ${until ?? 'now'}`]];
}

function tilesOf({ objects, records, media, damage }: VerifyReport): Tile[] {
  const costs = costOf(damage);
  return [
    { value: count(objects.checked), name: `objects checked (${size(objects.bytes)})` },
    { value: count(records.checked), name: 'records checked' },
    { value: count(media.checked), name: `media checked (${size(media.bytes)})` },
    { value: count(damage.length), name: 'findings', state: damage.length > 0 ? 'bad' : undefined },
    { value: count(costs), name: 'interactions that these cost', state: costs > 0 ? 'bad' : undefined },
  ];
}

function costOf(damage: readonly Damage[]): number {
  return new Set(damage.flatMap(({ interactions }) => interactions)).size;
}

/** What is damaged, by problem and one by one: nothing at all when nothing is. */
function damageSection(damage: readonly Damage[]): Piece {
  if (damage.length === 0) return undefined;
  const problems = [...Map.groupBy(damage, ({ problem }) => problem)].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const chart = barChart({
    id: 'damage-problems',
    title: 'Findings by problem',
    description: problems.map(([problem, all]) => `${problem}: ${count(all.length)}`).join(', '),
    bars: problems.map(([name, { length }]) => ({ name, value: length, text: count(length), paint: 'red' })),
  });
  const columns = [
    { name: 'problem', kind: 'code' },
    { name: 'findings', kind: 'number' },
    { name: 'costs', kind: 'number' },
    { name: 'what it means' },
    { name: 'what to do' },
  ] as const;
  const rows = problems.map(([problem, all]) => {
    const { means, remedy } = damageRemedies[problem];
    return [problem, count(all.length), plural(costOf(all), 'interaction'), means, remedy];
  });
  const lead = 'What is not named here was found sound, as deep as was looked.';
  return section('Damage', lead, chart, table('What to do', columns, rows), findings(damage));
}

function findings(damage: readonly Damage[]): Markup {
  const columns = [
    { name: 'object', kind: 'code' },
    { name: 'problem', kind: 'code' },
    { name: 'detail' },
    { name: 'costs', kind: 'code' },
  ] as const;
  const rows = damage
    .slice(0, shownDamage)
    .map(({ object_key, problem, detail, interactions }) => [
      object_key,
      problem,
      detail,
      lost(interactions),
    ]);
  const more = damage.length - rows.length;
  return html`${table('Findings', columns, rows)}${more > 0 && note(`And ${plural(more, 'more', 'more')}; verify --json lists them all.`)}`;
}

function lost(interactions: readonly string[]): string {
  if (interactions.length === 0) return 'no interaction';
  const more = interactions.length - shownInteractions;
  return interactions.slice(0, shownInteractions).join(', ') + (more > 0 ? ` and ${count(more)} more` : '');
}

/** How much was looked at, and what that proves. */
function lookedAt(report: VerifyReport): Markup {
  const { sample, resumed_from: resumed } = report;
  return section(
    'What was looked at',
    undefined,
    pair(objectChart(report.objects), countTable(report)),
    sampleBlock(sample),
    resumed !== undefined &&
      note(`It went on with a verify that began ${moment(resumed)} and was interrupted.`),
  );
}

function objectChart(objects: VerifyReport['objects']): Markup {
  const { checked, damaged, missing, proven_before: proven = 0, leftover } = objects;
  const rows: [string, number, Paint][] = [
    ['checked now', checked, 'green'],
    ['proved before, not read again', proven, 'blue'],
    ['damaged or missing', damaged + missing, 'red'],
    ['leftovers that nothing names: no damage', leftover, 'grey'],
  ];
  return barChart({
    id: 'verify-objects',
    title: 'Objects',
    description: rows.map(([name, value]) => `${name}: ${count(value)}`).join(', '),
    bars: rows.map(([name, value, paint]) => ({ name, value, text: count(value), paint })),
  });
}

function countTable({ objects, records, media }: VerifyReport): Markup {
  const rows: [string, number, number][] = [
    ['objects (segments and media)', objects.checked, objects.damaged + objects.missing],
    ['records', records.checked, records.damaged],
    ['media', media.checked, media.damaged],
  ];
  const columns = [
    { name: 'what' },
    { name: 'checked', kind: 'number' },
    { name: 'damaged or missing', kind: 'number' },
  ] as const;
  return table(
    'Counts',
    columns,
    rows.map(([name, all, bad]) => [name, count(all), count(bad)]),
  );
}

function sampleBlock(sample: VerifyReport['sample']): Piece {
  if (sample === undefined) return undefined;
  const { percent, objects, drawn, confidence, statement } = sample;
  return table(
    'What the sample proves',
    [{ name: 'what' }, { name: 'value' }],
    [
      ['asked for', `${percent}% of the objects`],
      ['drawn', `${count(drawn)} of ${count(objects)}`],
      ['confidence', `${confidence}% to find damage when 1% of the objects are damaged`],
      ['in words', statement],
    ],
  );
}

function journalSection({ journal }: VerifyReport): Piece {
  const { runs, entries, damaged, tips } = journal;
  if (entries === 0 && tips.length === 0) return undefined;
  return section(
    'Journal',
    `${plural(entries, 'entry', 'entries')} of ${plural(runs, 'run')}, ${count(damaged)} damaged.`,
    table(
      'Tips: what verify --expect-tip takes; written down elsewhere, they show later that nothing was cut off',
      [{ name: 'SHA-256', kind: 'code' }],
      tips.map((tip) => [tip]),
    ),
  );
}
