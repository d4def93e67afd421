import type { Pruned } from '../work/prune.ts';
import { count, plural, size } from './layout.ts';
import { type CommonFlags, nextCommand } from './next.ts';

const shown = 20;

/** What crashed runs left behind, and what became of it. */
export function presentPrune(pruned: Pruned, flags: CommonFlags & { readonly records?: boolean }): string {
  const { leftovers, with_records, removed, retained } = pruned;
  return [
    pruned.dry_run ? found(pruned) : `Removed ${plural(removed.objects, 'object')}, ${size(removed.bytes)}.`,
    ...lines(
      removable(leftovers).map(
        ({ kind, object_key, bytes }) => `${kind.padEnd(7)}  ${object_key}  ${size(bytes)}`,
      ),
    ),
    ...recordLines(pruned, flags.records ?? false),
    ...retainedLines(pruned),
    ...youngerLines(pruned),
    ...(pruned.rings_kept === null ? [] : ['', `All key ring objects stay: ${pruned.rings_kept}.`]),
    ...(pruned.dry_run && leftovers.length + with_records.length > retained.objects
      ? ['', `Nothing was removed. Next: ${nextCommand('prune', flags)} --yes`]
      : []),
  ].join('\n');
}

function found({ leftovers: all }: Pruned): string {
  const leftovers = removable(all);
  if (leftovers.length === 0) return all.length === 0 ? 'No leftovers.' : 'No leftovers that can be removed.';
  const bytes = leftovers.reduce((sum, leftover) => sum + leftover.bytes, 0);
  return `${plural(leftovers.length, 'leftover')} of crashed runs, ${size(bytes)}:`;
}

function recordLines({ with_records: all, dry_run }: Pruned, asked: boolean): string[] {
  const with_records = removable(all);
  if (with_records.length === 0) return [];
  const fate = asked ? (dry_run ? 'would be removed too' : 'removed too') : 'kept; --records removes them';
  return [
    '',
    `${plural(with_records.length, 'segment')} that no entry names, but that may hold records (${fate}):`,
    ...lines(
      with_records.map(({ object_key, records, unarchived }) => {
        const holds =
          records === null || unarchived === null
            ? 'cannot be opened'
            : `${plural(records, 'record')}, ${count(unarchived)} not archived elsewhere`;
        return `${object_key}  ${holds}`;
      }),
    ),
  ];
}

/** What the store does not retain. */
function removable<Found extends { readonly retained_until?: string }>(all: readonly Found[]): Found[] {
  return all.filter(({ retained_until }) => retained_until === undefined);
}

function retainedLines({ leftovers, with_records, retained }: Pruned): string[] {
  if (retained.objects === 0) return [];
  const until = [...leftovers, ...with_records].flatMap(({ object_key, bytes, retained_until }) =>
    retained_until === undefined ? [] : [`${object_key}  ${size(bytes)}, until ${retained_until}`],
  );
  return [
    '',
    `${plural(retained.objects, 'object')}, ${size(retained.bytes)}, stay: the store retains them, and nobody can remove them before.`,
    ...lines(until),
  ];
}

function youngerLines({ younger }: Pruned): string[] {
  if (younger.objects === 0) return [];
  return [
    '',
    `${plural(younger.objects, 'younger object')} without an entry stay: a run may commit them still.`,
  ];
}

function lines(texts: readonly string[]): string[] {
  const more =
    texts.length > shown ? [`  and ${count(texts.length - shown)} more; --json lists them all`] : [];
  return [...texts.slice(0, shown).map((text) => `  ${text}`), ...more];
}
