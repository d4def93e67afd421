import type { ArchiveStatus } from '@cxvault/core';
import { count, place, plural, size, table } from './layout.ts';
import { type CommonFlags, nextCommand } from './next.ts';
import { type Row, runRows, verifyRows } from './status-past.ts';
import { periodWords, shortTime } from './times.ts';

const shown = 20;

/** How an archive stands, for people: first whether something is wrong, last what to do. */
export function presentStatus(status: ArchiveStatus, flags: CommonFlags): string {
  return [
    headline(status),
    '',
    table(rows(status)),
    ...section(
      'Not covered by any run:',
      status.gaps.map(({ lane, from, to }) => `${from} to ${to} (${lane})`),
    ),
    ...section('Failed (the next run tries them first):', status.open_failures.map(failureLine)),
    ...section('Given up (run --retry-failed tries them again):', status.given_up.map(failureLine)),
    ...section(
      'Damaged:',
      status.damage.map(({ object_key, problem, detail }) => `${object_key}: ${problem}, ${detail}`),
    ),
    ...next(status, flags),
  ].join('\n');
}

function headline({ damage, objects, gaps, interactions, lanes }: ArchiveStatus): string {
  const gone = (objects?.missing ?? 0) + (objects?.wrong_size ?? 0);
  if (damage.length + gone > 0) {
    const parts = [
      ...(damage.length > 0 ? [`${plural(damage.length, 'finding')} in the journal`] : []),
      ...(gone > 0 ? [`${plural(gone, 'object')} missing or of another size`] : []),
    ];
    return `DAMAGED: ${parts.join(', ')}.`;
  }
  if (interactions.archived === 0) return 'Nothing is archived yet.';
  if (lanes.length === 0) return 'No period is covered yet.';
  const open = interactions.failed + interactions.given_up;
  const parts = [
    ...(gaps.length > 0 ? [`${plural(gaps.length, 'gap')} in what is covered`] : []),
    ...(open > 0 ? [`${plural(open, 'interaction')} could not be archived`] : []),
  ];
  return parts.length === 0 ? 'All is archived, as far as it is covered.' : `${parts.join('; ')}.`;
}

function rows(status: ArchiveStatus): Row[] {
  const { archive, archive_id, source, media, marks, bytes, journal } = status;
  return [
    ['archive', place(archive)],
    ['archive id', archive_id],
    ...(source ? [['source', `${source.system} ${source.profile}, tenant ${source.tenant}`] as const] : []),
    ...coverageRows(status),
    ['interactions', interactionWords(status)],
    ['media', `${count(media.archived)} archived (${size(media.bytes)})${absent(media)}`],
    ['marks', markWords(marks)],
    [
      'stored',
      `${size(bytes.stored)}: records ${size(bytes.records)}, media ${size(bytes.media)}, journal ${size(bytes.journal)}`,
    ],
    ...leftoverRows(status),
    ...runRows(status),
    ...verifyRows(status),
    [
      'journal',
      `${plural(journal.entries, 'entry', 'entries')} of ${plural(journal.runs, 'run')}, ${count(journal.damaged)} damaged`,
    ],
    ...journal.tips.map((tip): Row => ['journal tip', tip]),
  ];
}

function coverageRows({ lanes, windows }: ArchiveStatus): Row[] {
  if (lanes.length === 0) return [['covered', 'nothing yet']];
  return lanes.flatMap(({ lane, low_water_mark }) => [
    ...windows
      .filter((window) => window.lane === lane)
      .map((window): Row => [`covered (${lane})`, periodWords(window)]),
    ['low-water mark', `${shortTime(low_water_mark)} (${lane})`] as const,
  ]);
}

function interactionWords({ interactions }: ArchiveStatus): string {
  const { archived, versions, failed, given_up, erased } = interactions;
  return [
    `${count(archived)} archived${versions === archived ? '' : ` in ${count(versions)} versions`}`,
    `${count(failed)} failed`,
    ...(given_up > 0 ? [`${count(given_up)} given up`] : []),
    ...(erased > 0 ? [`${count(erased)} erased`] : []),
  ].join(', ');
}

function absent(media: ArchiveStatus['media']): string {
  if (media.absent === 0) return '';
  const later = media.provisional === 0 ? '' : `, ${count(media.provisional)} of them asked for again later`;
  return `, ${count(media.absent)} absent${later}`;
}

function leftoverRows({ leftovers, objects, lock }: ArchiveStatus): Row[] {
  if (leftovers === null) return [];
  const young = leftovers.objects - leftovers.prunable;
  const whose = lock?.state === 'held' ? 'perhaps of the run under way' : 'younger than a day';
  const words = [
    ...(leftovers.prunable > 0 ? [`${count(leftovers.prunable)} for prune`] : []),
    ...(young > 0 ? [`${count(young)} ${whose}`] : []),
  ];
  const found: Row = [
    'leftovers',
    words.length === 0
      ? 'none'
      : `${plural(leftovers.objects, 'object')} (${size(leftovers.bytes)}): ${words.join(', ')}`,
  ];
  if (objects === null || objects.missing + objects.wrong_size === 0) return [found];
  return [
    found,
    ['objects', `${count(objects.missing)} MISSING, ${count(objects.wrong_size)} of another size`],
  ];
}

function failureLine({ interaction_id, reason, request_id }: ArchiveStatus['given_up'][number]): string {
  return `${interaction_id}  ${reason}${request_id === undefined ? '' : ` [request ${request_id}]`}`;
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more =
    lines.length > shown ? [`  and ${count(lines.length - shown)} more; --json lists them all`] : [];
  return ['', title, ...lines.slice(0, shown).map((line) => `  ${line}`), ...more];
}

function next(status: ArchiveStatus, flags: CommonFlags): string[] {
  const { damage, objects, gaps, leftovers, last_run, lock } = status;
  const [gap] = gaps;
  const commands = [
    ...(damage.length > 0 || (objects !== null && objects.missing + objects.wrong_size > 0)
      ? [nextCommand('verify', flags)]
      : []),
    ...(gap ? [`${nextCommand('run', flags)} --since ${gap.from} --until ${gap.to}`] : []),
    ...(last_run === null && lock?.state !== 'held' ? [nextCommand('run', flags)] : []),
    ...((leftovers?.prunable ?? 0) > 0 ? [nextCommand('prune', flags)] : []),
  ];
  return commands.length === 0
    ? []
    : ['', ...commands.map((command, index) => `${index === 0 ? 'Next:' : '     '} ${command}`)];
}

function markWords({ sent, pending, refused, nothing_to_mark: nothing }: ArchiveStatus['marks']): string {
  const words = `${count(sent)} sent, ${count(pending)} pending, ${count(refused)} refused`;
  return nothing === 0 ? words : `${words}; ${count(nothing)} have no place for one in CXone`;
}
