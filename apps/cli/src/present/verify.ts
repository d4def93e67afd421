import type { Damage, VerifyReport } from '@cxvault/core';
import { count, elapsed, place, plural, size, table } from './layout.ts';

const shownDamage = 100;
const shownInteractions = 10;

const proofs: Readonly<Record<VerifyReport['depth'], string>> = {
  structure: 'every object is there, of the right size and shape',
  checksum: 'the SHA-256 of every stored object is right',
  sample: 'a sample was opened and compared with the journal, down to every record and medium',
  full: 'every object was opened and compared with the journal, down to every record and medium',
  public: 'sizes, headers and checksums are right; without a key nothing more can be told',
};

/** What part of an archive was looked at. */
export interface Looked {
  readonly since?: string;
  readonly until?: string;
  readonly format?: 'cxv' | 'envelope';
}

/** Whether the archive is whole, as far as was looked, and every damaged object with what it costs. */
export function presentVerify(report: VerifyReport, looked: Looked): string {
  return [verifyHeadline(report, looked), '', table(rows(report)), ...damageLines(report.damage)].join('\n');
}

/** What a verify came to, in a sentence. */
export function verifyHeadline(report: VerifyReport, looked: Looked): string {
  return report.ok ? soundness(report, looked) : headline(report.damage);
}

/** Says no more than was proved: whole is what was looked at in full, all of it. */
function soundness({ depth, objects }: VerifyReport, { since, until, format }: Looked): string {
  if (format === 'envelope')
    return 'No damage found: every envelope was opened; no journal says whether all are there.';
  const part = since !== undefined || until !== undefined;
  const whole = depth === 'full' && !part ? 'The archive is whole' : 'No damage found';
  const where = part ? ' in what was created in the period' : '';
  const earlier = (objects.proven_before ?? 0) > 0 ? ', now or within --max-age' : '';
  return `${whole}${where}: ${proofs[depth]}${earlier}.`;
}

function headline(damage: readonly Damage[]): string {
  const lost = new Set(damage.flatMap(({ interactions }) => interactions)).size;
  return `DAMAGED: ${plural(damage.length, 'finding')}, which ${damage.length === 1 ? 'costs' : 'cost'} ${plural(lost, 'interaction')}.`;
}

type Row = readonly [string, string];

function rows(report: VerifyReport): Row[] {
  const { records, media, journal } = report;
  return [
    ['archive', place(report.archive)],
    ['depth', report.depth],
    ...objectRows(report),
    ...(opens(report.depth)
      ? ([
          ['records', `${count(records.checked)} checked, ${count(records.damaged)} damaged`],
          [
            'media',
            `${count(media.checked)} checked (${size(media.bytes)}), ${count(media.damaged)} damaged`,
          ],
        ] as const)
      : [['contents', 'not opened at this depth'] as const]),
    [
      'journal',
      `${plural(journal.entries, 'entry', 'entries')} of ${plural(journal.runs, 'run')}, ${count(journal.damaged)} damaged`,
    ],
    ...sampleRow(report.sample),
    ['took', elapsed(report.duration_ms)],
    ...journal.tips.map((tip): Row => ['journal tip', tip]),
  ];
}

function opens(depth: VerifyReport['depth']): boolean {
  return depth === 'sample' || depth === 'full';
}

function objectRows({ objects, resumed_from: resumedFrom }: VerifyReport): Row[] {
  const { checked, bytes, damaged, missing, leftover, proven_before: proven = 0 } = objects;
  const all: (Row | false)[] = [
    resumedFrom !== undefined && ['resumed', `begun ${resumedFrom}`],
    [
      'objects',
      `${count(checked)} checked (${size(bytes)}), ${count(damaged)} damaged, ${count(missing)} missing`,
    ],
    proven > 0 && ['proven before', `${plural(proven, 'object')}, not read again`],
    leftover > 0 && ['leftovers', `${plural(leftover, 'object')} that nothing names; no damage`],
  ];
  return all.filter((row) => row !== false);
}

function sampleRow(sample: VerifyReport['sample']): Row[] {
  if (sample === undefined) return [];
  return [['sample', `${count(sample.drawn)} of ${count(sample.objects)} objects: ${sample.statement}`]];
}

function damageLines(damage: readonly Damage[]): string[] {
  if (damage.length === 0) return [];
  const more = damage.length - shownDamage;
  return [
    '',
    ...damage.slice(0, shownDamage).flatMap(findingLines),
    ...(more > 0 ? [`and ${count(more)} more; --json lists them all`] : []),
    '',
    'Next: put damaged objects back from a copy of the archive, or archive the interactions again while CXone has them.',
  ];
}

function findingLines({ object_key, problem, detail, interactions }: Damage): string[] {
  const lost = interactions.slice(0, shownInteractions).join(', ');
  const more = interactions.length - shownInteractions;
  const costs =
    interactions.length === 0 ? 'no interaction' : lost + (more > 0 ? ` and ${count(more)} more` : '');
  return [`${object_key}: ${problem}`, `  ${detail}`, `  costs: ${costs}`];
}
