import type { ReplicaReport, RunReport } from '@cxvault/core';
import { count, elapsed, place, plural, size, table } from './layout.ts';
import { type CommonFlags, nextCommand } from './next.ts';
import { periodWords } from './times.ts';

const shownFailures = 20;

/** The completion report for people. */
export function presentRun(report: RunReport, flags: CommonFlags): string {
  return [
    runHeadline(report),
    '',
    table(rows(report)),
    ...failures(report),
    '',
    `Next: ${nextCommand('verify', flags)}${report.tips.length === 0 ? ' --format envelope' : ''}`,
  ].join('\n');
}

/** What a run came to, in a sentence. */
export function runHeadline(report: RunReport): string {
  const broken = report.error === undefined ? '' : 'The run broke off. ';
  if (report.total_interactions === 0)
    return broken === '' ? 'Nothing new to archive.' : `${broken}Archived nothing.`;
  const total = plural(report.total_interactions, 'interaction');
  return `${broken}Archived ${count(report.successful_archives)} of ${total} (${report.success_rate}).`;
}

function rows(report: RunReport): [string, string][] {
  const { media, bytes, marks } = report;
  return [
    ...archives(report),
    ['run', report.run_id],
    ['interactions', interactions(report)],
    ['media', `${count(media.archived)} archived (${size(media.bytes)})${absent(media)}`],
    ['stored', `${size(bytes.stored)}, of ${size(bytes.plaintext)} before compression and encryption`],
    [
      'marks',
      `${count(marks.sent)} sent, ${count(marks.failed.length)} failed, ${count(marks.pending)} pending`,
    ],
    ...report.windows.map((window): [string, string] => [`covered (${window.lane})`, periodWords(window)]),
    ['API calls', calls(report)],
    ...callsPer1000(report),
    ['took', elapsed(report.duration_ms)],
    ...report.tips.map((tip): [string, string] => ['journal tip', tip]),
  ];
}

/** The archive; of several each, and whether it has everything. */
function archives({ archive, archives: several }: RunReport): [string, string][] {
  if (several === undefined) return [['archive', place(archive)]];
  return several.map((one) => ['archive', `${place(one.archive)}: ${replicaWords(one)}`]);
}

/** How things stand with one of several archives. */
export function replicaWords({ state, reason, caught_up }: ReplicaReport): string {
  const { objects, entries, bytes } = caught_up;
  const given =
    objects + entries === 0
      ? ''
      : ` (given ${plural(objects, 'object')} and ${plural(entries, 'entry', 'entries')} that it lacked, ${size(bytes)})`;
  return `${state}${given}${reason === undefined ? '' : `, ${reason}`}`;
}

function interactions(report: RunReport): string {
  return [
    `${count(report.successful_archives)} archived`,
    ...(report.retried_and_succeeded > 0
      ? [`${count(report.retried_and_succeeded)} of them after a failure`]
      : []),
    `${count(report.failed_archives)} failed`,
    `${count(report.unchanged)} unchanged`,
    ...(report.given_up > 0 ? [`${count(report.given_up)} given up (run --retry-failed tries again)`] : []),
  ].join(', ');
}

function absent(media: RunReport['media']): string {
  if (media.absent === 0) return '';
  const later = media.provisional === 0 ? '' : `, ${count(media.provisional)} of them asked for again later`;
  return `, ${count(media.absent)} absent${later}`;
}

function calls(report: RunReport): string {
  const families = Object.entries(report.api_calls).map(([family, { count: made, throttled, retried }]) => {
    const trouble = [
      ...(throttled > 0 ? [`${count(throttled)} throttled`] : []),
      ...(retried > 0 ? [`${count(retried)} retried`] : []),
    ];
    return `${family} ${count(made)}${trouble.length === 0 ? '' : ` (${trouble.join(', ')})`}`;
  });
  return families.length === 0 ? 'none' : families.join(', ');
}

/** What a backlog of this kind costs of the budgets. */
function callsPer1000({ calls_per_1000: calls }: RunReport): [string, string][] {
  const families = Object.entries(calls).map(([family, made]) => `${family} ${count(made)}`);
  return families.length === 0 ? [] : [['per 1,000', `${families.join(', ')} (archived interactions)`]];
}

function failures(report: RunReport): string[] {
  const { failed_records: failed } = report;
  if (report.failed_archives === 0) return [];
  const more = report.failed_archives - Math.min(failed.length, shownFailures);
  return [
    '',
    'Failed (the next run tries them first):',
    ...failed
      .slice(0, shownFailures)
      .map(
        ({ interaction_id, reason, request_id }) =>
          `  ${interaction_id}  ${reason}${request_id === undefined ? '' : ` [request ${request_id}]`}`,
      ),
    ...(more > 0 ? [`  and ${count(more)} more; --report FILE lists them all`] : []),
  ];
}
