import type { CopyProgress } from '@cxvault/core';
import type { ReplicateFlags, Replicated } from '../work/replicate.ts';
import { count, elapsed, place, plural, size, table } from './layout.ts';
import { type CommonFlags, nextCommand } from './next.ts';

const shown = 20;

/** What was copied, and what could not be. */
export function presentReplicate(done: Replicated, flags: CommonFlags & ReplicateFlags): string {
  return [
    headline(done),
    '',
    table(rows(done)),
    ...damageLines(done),
    '',
    done.ok
      ? `Next: ${nextCommand('verify', { ...flags, archive: flags.to })}`
      : `Next: ${nextCommand('verify', { ...flags, archive: flags.from })}`,
  ].join('\n');
}

/** How far a copy is, in one line. */
export function presentCopyProgress({ entries, objects, copied, bytes }: CopyProgress): string {
  return `copying: ${plural(objects, 'object')} of ${plural(entries, 'entry', 'entries')} seen, ${count(copied)} copied (${size(bytes)})`;
}

function headline({ ok, created, to, objects, entries, reports, rings, slots }: Replicated): string {
  const news =
    objects.copied + entries.copied + reports + rings.copied + slots.added + slots.removed > 0 || created;
  const what = created ? 'Made a copy' : news ? 'Brought the copy up to date' : 'The copy lacked nothing';
  return ok
    ? `${what} at ${place(to)}.`
    : `Copied to ${place(to)} what is whole at the source; the rest is named below.`;
}

function rows({
  from,
  archive_id,
  objects,
  entries,
  rings,
  slots,
  bytes,
  duration_ms,
}: Replicated): [string, string][] {
  const replaced =
    objects.replaced === 0 ? '' : `, ${count(objects.replaced)} of them in place of another size`;
  return [
    ['from', place(from)],
    ['archive', archive_id],
    ['objects', `${count(objects.copied)} copied${replaced}, ${count(objects.held)} there before`],
    ['entries', `${count(entries.copied)} copied, ${count(entries.held)} there before`],
    ['keys', `${plural(rings.copied, 'ring object')} copied, ${slotWords(slots)}`],
    ['copied', size(bytes)],
    ['took', elapsed(duration_ms)],
  ];
}

function slotWords({ added, removed }: Replicated['slots']): string {
  return `${plural(added, 'slot')} added, ${count(removed)} removed`;
}

function damageLines({ damage, stopped }: Replicated): string[] {
  if (damage.length === 0) return [];
  const more = damage.length - Math.min(damage.length, shown);
  return [
    '',
    'Damaged or missing at the source, and not copied:',
    ...damage
      .slice(0, shown)
      .map(({ object_key, problem, detail }) => `  ${object_key}  ${problem}: ${detail}`),
    ...(more > 0 ? [`  and ${count(more)} more; --json lists them all`] : []),
    ...stopped.map(({ run_id, n }) => `  run ${run_id} ends in the copy before its entry ${count(n)}`),
  ];
}
