import type { ArchiveStatus, PastVerify } from '@cxvault/core';
import { count, elapsed, plural } from './layout.ts';
import { shortTime } from './times.ts';

export type Row = readonly [string, string];

/** The run under way, and the last one that left something in the journal. */
export function runRows({ last_run, lock }: ArchiveStatus): Row[] {
  return [
    ...(lock === null ? [] : lockRows(lock)),
    ...(last_run === null ? [['last run', 'none yet'] as const] : lastRunRows(last_run)),
  ];
}

function lockRows({ state, run_id, host, pid, since }: NonNullable<ArchiveStatus['lock']>): Row[] {
  const who = `run ${run_id ?? 'unknown'} since ${since === null ? 'unknown' : shortTime(since)}`;
  const where = `on ${host ?? 'unknown'}, process ${String(pid ?? 'unknown')}`;
  if (state === 'held') return [['under way', who], continued(where)];
  return [['lock', `left behind by ${who}`], continued(`${where}; the next run takes it over`)];
}

function continued(words: string): Row {
  return ['', words];
}

const ends = {
  finished: 'finished',
  'broken-off': 'broke off',
  'under-way': 'is under way',
  interrupted: 'was interrupted; the next run goes on',
} as const;

function lastRunRows({
  run_id,
  ended,
  last_entry_at,
  report,
}: NonNullable<ArchiveStatus['last_run']>): Row[] {
  const at = shortTime(report?.generated_at ?? last_entry_at);
  if (report === null) return [['last run', `${at}, ${ends[ended]}`], continued(`run ${run_id}`)];
  const { successful_archives, failed_archives, unchanged, duration_ms, error } = report;
  const took = duration_ms === null ? '' : ` after ${elapsed(duration_ms)}`;
  const did = [
    `${count(successful_archives ?? 0)} archived`,
    `${count(failed_archives ?? 0)} failed`,
    `${count(unchanged ?? 0)} unchanged`,
  ];
  return [
    ['last run', `${at}, ${ends[ended]}${took}`],
    ...(error === null ? [] : [continued(error.message ?? error.code ?? 'for an unknown reason')]),
    continued(did.join(', ')),
    continued(`run ${run_id}`),
  ];
}

/** What verifies on this machine found: the last one, and the last that looked at everything. */
export function verifyRows({ last_verify, last_full_verify }: ArchiveStatus): Row[] {
  if (last_verify === null) return [['last verify', 'none on this machine']];
  const full: Row[] =
    last_full_verify === null
      ? [['last full verify', 'none on this machine']]
      : last_full_verify.at === last_verify.at
        ? []
        : [['last full verify', verifyWords(last_full_verify)]];
  return [['last verify', verifyWords(last_verify)], ...full];
}

function verifyWords({ at, depth, ok, damage, objects, proven_before, since, until }: PastVerify): string {
  const part = since === undefined && until === undefined ? '' : ' of a period';
  const before = proven_before === 0 ? '' : `, ${count(proven_before)} proven before`;
  const found = ok ? 'no damage' : `DAMAGED (${plural(damage, 'finding')})`;
  return `${shortTime(at)}, ${depth}${part}: ${found} in ${plural(objects, 'object')}${before}`;
}
