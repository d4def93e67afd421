import type { SlotFacts } from '@cxvault/core';
import type { KeyAdded } from '../work/keys/add.ts';
import type { KeysExported } from '../work/keys/export.ts';
import type { KeyList } from '../work/keys/list.ts';
import type { KeyRemoved } from '../work/keys/remove.ts';
import type { KeyRotated } from '../work/keys/rotate.ts';
import { type Column, Columns } from './columns.ts';
import { count, place, plural, size } from './layout.ts';
import { type CommonFlags, nextCommand } from './next.ts';
import { shortTime } from './times.ts';

type Slot = KeyList['slots'][number];

const slotColumns: readonly Column<Slot>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'KIND', cell: ({ kind }) => kind },
  { title: 'CREATED', cell: ({ created_at }) => shortTime(created_at), leaveOut: 1 },
  { title: 'LABEL', cell: ({ label }) => (label === '' ? '-' : label) },
];

const opensColumn: Column<Slot> = { title: 'OPENS', cell: opensWords };

function opensWords({ opens, current }: Slot): string {
  if (opens === null) return '-';
  if (!opens) return 'no';
  return current === false ? 'yes (root key not in use)' : 'yes';
}

/** One line per slot. */
export function presentKeyList(list: KeyList, terminalWidth?: number): string {
  const known = list.slots.some(({ opens }) => opens !== null);
  const columns = new Columns(
    known ? [...slotColumns, opensColumn] : slotColumns,
    list.slots,
    terminalWidth === undefined ? undefined : terminalWidth - 2,
  );
  const lines = [columns.header(), ...list.slots.map((slot) => columns.row(slot))];
  return [
    `${plural(list.slots.length, 'key slot')} of ${place(list.archive)}:`,
    ...lines.map((line) => `  ${line}`),
    ...list.malformed.map(({ id, detail }) => `  ${id}  MALFORMED: ${detail}`),
    ...(list.rotation_unfinished
      ? ['', 'A rotation of the root key was begun and not finished: cxvault key rotate finishes it.']
      : []),
  ].join('\n');
}

export function presentKeyAdded(added: KeyAdded, flags: CommonFlags): string {
  return [
    `Added key slot ${slotLine(added.slot)}; the archive has ${count(added.slots)} now.`,
    ...(added.generated === null
      ? []
      : [`Made the key file ${added.generated}: keep it safe, apart from the archive.`]),
    ...copyIsOld(flags),
  ].join('\n');
}

export function presentKeyRemoved(removed: KeyRemoved, flags: CommonFlags): string {
  const which = removed.slot === null ? `${removed.removed}  malformed` : slotLine(removed.slot);
  return [
    `Removed key slot ${which}; ${plural(removed.slots, 'slot is', 'slots are')} left.`,
    ...copyIsOld(flags),
  ].join('\n');
}

export function presentKeyRotated(rotated: KeyRotated, flags: CommonFlags): string {
  return [
    `${rotated.resumed ? 'Finished the rotation that was begun' : 'The archive has a new root key'}: ` +
      `${plural(rotated.rings, 'ring object')} sealed anew, ${plural(rotated.removed.length, 'old slot')} removed.`,
    'It opens with these key slots:',
    ...rotated.slots.map((slot) => `  ${slotLine(slot)}`),
    ...copyIsOld(flags),
  ].join('\n');
}

export function presentKeysExported(exported: KeysExported): string {
  return [
    `Copied the keys of archive ${exported.archive_id} to ${exported.out}: ` +
      `${plural(exported.slots, 'slot')}, ${plural(exported.rings, 'ring object')}, ${size(exported.bytes)}. The copy was opened.`,
    "Keep it apart from the archive, and from its passwords. To restore: copy keys/ back below the archive's address.",
  ].join('\n');
}

function slotLine({ id, kind, label, created_at }: SlotFacts): string {
  return `${id}  ${kind.padEnd(8)}  ${shortTime(created_at)}  ${label === '' ? '(no label)' : label}`;
}

function copyIsOld(flags: CommonFlags): string[] {
  return [
    '',
    `Next: ${nextCommand('key export', flags)} --out DIR   (the copy of keys/ that you have is old now)`,
  ];
}
