import type { ListedInteraction } from '@cxvault/core';
import type { Failure } from '../failure.ts';
import { type Column, Columns } from './columns.ts';
import { count } from './layout.ts';
import { shortTime } from './times.ts';

/** How a list is printed: for people, as one JSON document, or as a JSON document a line. */
export type ListForm = 'table' | 'json' | 'jsonl';

/** Gives the texts of a list in the order in which they are written. */
export interface ListOutput {
  /** Never empty lists. */
  rows(rows: readonly ListedInteraction[]): string;
  /** What comes last; with the reason when the list broke off. */
  end(failure?: Failure): string;
  /** What a person should know of the form, after the number of rows; else empty. */
  readonly remark: () => string;
}

export function openListOutput(form: ListForm, terminalWidth: number | undefined): ListOutput {
  if (form === 'table') return tableOutput(terminalWidth);
  return form === 'json' ? documentOutput() : linesOutput();
}

const columns: readonly Column<ListedInteraction>[] = [
  { title: 'ID', cell: ({ interaction_id }) => interaction_id },
  { title: 'TYPE', cell: ({ type, error }) => (error === undefined ? (type ?? '-') : 'unreadable') },
  { title: 'CREATED', cell: ({ created_time }) => shortTime(created_time) },
  { title: 'UPDATED', cell: ({ updated_time }) => shortTime(updated_time), leaveOut: 2 },
  { title: 'MEDIA', cell: mediaCell, leaveOut: 1 },
  { title: 'OBJECT', cell: ({ object_key }) => object_key, leaveOut: 3 },
];

function mediaCell({ media }: ListedInteraction): string {
  const absent = media.filter((medium) => 'absent' in medium).length;
  return `${count(media.length - absent)}${absent === 0 ? '' : `, ${count(absent)} absent`}`;
}

const words = new Intl.ListFormat('en-GB'); // a, b and c

function tableOutput(terminalWidth: number | undefined): ListOutput {
  let table: Columns<ListedInteraction> | undefined;
  return {
    rows: (rows) => {
      const header = table === undefined;
      const lines = (table ??= new Columns(columns, rows, terminalWidth));
      const text = rows.map((row) => `${lines.row(row)}\n`).join('');
      return header ? `${lines.header()}\n${text}` : text;
    },
    end: () => '',
    remark: () => {
      const leftOut = table?.leftOut ?? [];
      return leftOut.length === 0 ? '' : `; a wider terminal shows ${words.format(leftOut)} too`;
    },
  };
}

const noRemark = (): string => '';

function linesOutput(): ListOutput {
  return {
    rows: (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    end: () => '',
    remark: noRemark,
  };
}

function documentOutput(): ListOutput {
  let before = '{"interactions":[\n';
  return {
    rows: (rows) => {
      const text = before + rows.map((row) => JSON.stringify(row)).join(',\n');
      before = ',\n';
      return text;
    },
    end: (error) => {
      const start = before === ',\n' ? '\n' : '{"interactions":[';
      return `${start}]${error === undefined ? '' : `,"error":${JSON.stringify(error)}`}}\n`;
    },
    remark: noRemark,
  };
}
