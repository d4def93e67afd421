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

/** Whether the archive is whole, and every damaged object with what it costs. */
export function presentVerify(report: VerifyReport): string {
  return [
    report.ok ? `The archive is whole: ${proofs[report.depth]}.` : headline(report.damage),
    '',
    table(rows(report)),
    ...damageLines(report.damage),
  ].join('\n');
}

function headline(damage: readonly Damage[]): string {
  const lost = new Set(damage.flatMap(({ interactions }) => interactions)).size;
  return `DAMAGED: ${plural(damage.length, 'finding')}, which ${damage.length === 1 ? 'costs' : 'cost'} ${plural(lost, 'interaction')}.`;
}

function rows(report: VerifyReport): [string, string][] {
  const { objects, records, media, journal, sample } = report;
  const proven = objects.proven_before ?? 0;
  return [
    ['archive', place(report.archive)],
    ['depth', report.depth],
    ...(report.resumed_from === undefined
      ? []
      : [['resumed', `begun ${report.resumed_from}`] as [string, string]]),
    [
      'objects',
      `${count(objects.checked)} checked (${size(objects.bytes)}), ${count(objects.damaged)} damaged, ${count(objects.missing)} missing`,
    ],
    ...(proven > 0
      ? [['proven before', `${plural(proven, 'object')}, not read again`] as [string, string]]
      : []),
    ...(objects.leftover > 0
      ? [
          ['leftovers', `${plural(objects.leftover, 'object')} of interrupted runs; no damage`] as [
            string,
            string,
          ],
        ]
      : []),
    ['records', `${count(records.checked)} checked, ${count(records.damaged)} damaged`],
    ['media', `${count(media.checked)} checked (${size(media.bytes)}), ${count(media.damaged)} damaged`],
    [
      'journal',
      `${plural(journal.entries, 'entry', 'entries')} of ${plural(journal.runs, 'run')}, ${count(journal.damaged)} damaged`,
    ],
    ...(sample === undefined
      ? []
      : [
          ['sample', `${count(sample.drawn)} of ${count(sample.objects)} objects: ${sample.statement}`] as [
            string,
            string,
          ],
        ]),
    ['took', elapsed(report.duration_ms)],
    ...journal.tips.map((tip): [string, string] => ['journal tip', tip]),
  ];
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
