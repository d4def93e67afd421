import type { JsonValue } from '@cxvault/plugin-api';
import { isJsonObject } from '../json.ts';
import { normaliseTime } from '../times.ts';
import { field, numberOf } from './any-case.ts';
import { readContactRow, type ContactRow } from './contact-row.ts';

/** A page of `contacts/completed`. */
export interface CompletedPage {
  readonly rows: readonly ContactRow[];
  /** How many rows the whole query has, this page and those after it included; undefined where it is not told. */
  readonly totalRecords: number | undefined;
  /** The address of the next page, absolute or relative. */
  readonly next: string | undefined;
  /** Up to when CXone's own reporting had looked; ISO 8601 UTC. */
  readonly lastPollTime: string | undefined;
}

/** Reads an answer to `contacts/completed`; throws when it is none, or a row has no id. */
export function readCompletedPage(json: JsonValue): CompletedPage {
  if (!isJsonObject(json)) throw new TypeError('the page is no object');
  const rows = field(json, 'completedContacts');
  if (!Array.isArray(rows)) throw new TypeError('the page has no list of contacts');
  const links = field(json, '_links');
  const next = isJsonObject(links) ? field(links, 'next') : undefined;
  return {
    rows: rows.filter((row) => row !== null).map(readRow),
    totalRecords: numberOf(field(json, 'totalRecords')),
    next: typeof next === 'string' && next.trim() !== '' ? next.trim() : undefined,
    lastPollTime: normaliseTime(field(json, 'lastPollTime')),
  };
}

function readRow(row: JsonValue): ContactRow {
  if (!isJsonObject(row)) throw new TypeError('a row is no object');
  return readContactRow(row);
}
