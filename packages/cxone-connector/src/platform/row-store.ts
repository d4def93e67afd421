import { DatabaseSync } from 'node:sqlite';
import { isJsonObject, parseJson } from '../json.ts';
import { readContactRow, type ContactRow } from './contact-row.ts';
import { EphemeralBox } from './ephemeral-box.ts';

/** Rows are forgotten so long after they were listed; what is needed then is asked for again. */
const keptMs = 3 * 24 * 3_600_000; // 3 days

/** What is known of a master contact's legs from the lists. */
export interface ListedLegs {
  readonly rows: readonly ContactRow[];
  /** The API's clock when the first of them was listed, in milliseconds since 1970. */
  readonly listedAt: number;
}

/** A master contact as one reading of a list showed it. */
export interface ListedMaster {
  readonly id: string;
  /** The start of the first leg that this reading showed. */
  readonly startTime: string | undefined;
  /** The newest update time of all its legs that were ever listed. */
  readonly updatedTime: string | undefined;
}

/**
 * The rows that were listed, on disk and locked, by master contact: they carry the content, and the legs of one master come on
 * different pages and in different windows. A contact that is listed under two masters is a leg of both.
 */
export class RowStore {
  readonly #db = new DatabaseSync('');
  readonly #box = new EphemeralBox();
  readonly #put;
  readonly #show;
  readonly #of;
  readonly #masters;
  readonly #count;
  #readings = 0;
  /** All contacts that began since then, and that CXone lists, are here. ISO 8601 UTC. */
  #wholeFrom: string | undefined;

  constructor() {
    this.#db.exec(`CREATE TABLE legs (contact_id TEXT NOT NULL, master_id TEXT NOT NULL, start_time TEXT,
        updated_time TEXT NOT NULL, json BLOB NOT NULL, listed_at INTEGER NOT NULL, reading INTEGER,
        PRIMARY KEY (contact_id, master_id)) WITHOUT ROWID;
      CREATE INDEX legs_by_master ON legs (master_id);
      CREATE INDEX legs_by_reading ON legs (reading, master_id);`);
    // a lagging replica may list an older row after a newer one
    this.#put = this.#db.prepare(`INSERT INTO legs VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET
      start_time = excluded.start_time, updated_time = excluded.updated_time, json = excluded.json,
      listed_at = excluded.listed_at WHERE excluded.updated_time >= updated_time`);
    this.#show = this.#db.prepare('UPDATE legs SET reading = ? WHERE contact_id = ? AND master_id = ?');
    this.#of = this.#db.prepare('SELECT json, listed_at FROM legs WHERE master_id = ?');
    this.#masters = this.#db.prepare(`SELECT master_id AS id, min(start_time) AS start_time,
        (SELECT max(updated_time) FROM legs AS l WHERE l.master_id = legs.master_id) AS updated_time
      FROM legs WHERE reading = ? AND master_id > ? GROUP BY master_id ORDER BY master_id LIMIT 1000`);
    this.#count = this.#db.prepare('SELECT count(*) AS n FROM legs WHERE reading = ?');
  }

  /** The number of a new reading of a list. */
  newReading(): number {
    return (this.#readings += 1);
  }

  /** `listedAt`: the API's clock, in milliseconds since 1970. */
  put(rows: readonly ContactRow[], reading: number, listedAt: number): void {
    this.#db.exec('BEGIN');
    for (const { contactId, masterContactId, startTime = null, updatedTime = '', json } of rows) {
      const text = this.#box.lock(JSON.stringify(json));
      this.#put.run(contactId, masterContactId, startTime, updatedTime, text, Math.trunc(listedAt));
      this.#show.run(reading, contactId, masterContactId);
    }
    this.#db.exec('COMMIT');
  }

  /** A list by start has been read whole, from this time on. */
  noteWhole(from: string): void {
    if (this.#wholeFrom === undefined || from < this.#wholeFrom) this.#wholeFrom = from;
  }

  /** Whether all legs that CXone lists of this contact's master are here, if it is the first of them. */
  hasAllAfter({ startTime }: ContactRow): boolean {
    return this.#wholeFrom !== undefined && startTime !== undefined && startTime >= this.#wholeFrom;
  }

  /** How many contacts a reading showed; one that two masters share counts twice, as in the list. */
  countOf(reading: number): number {
    return Number(this.#count.get(reading)?.['n'] ?? 0);
  }

  /** The master contacts that a reading showed legs of, in batches. */
  *mastersOf(reading: number): Generator<ListedMaster[], void, void> {
    for (let last = ''; ;) {
      const batch = this.#masters
        .all(reading, last)
        .map(({ id, start_time: start, updated_time: updated }) => ({
          id: String(id),
          startTime: typeof start === 'string' ? start : undefined,
          updatedTime: typeof updated === 'string' && updated !== '' ? updated : undefined,
        }));
      const end = batch.at(-1);
      if (end === undefined) return;
      last = end.id;
      yield batch;
    }
  }

  /** The legs that were listed, in order of their start; undefined for none. */
  legsOf(masterContactId: string): ListedLegs | undefined {
    const found = this.#of.all(masterContactId);
    if (found.length === 0) return undefined;
    const rows = found.flatMap(({ json }) => {
      if (!(json instanceof Uint8Array)) return [];
      const value = parseJson(this.#box.unlock(json));
      return isJsonObject(value) ? [readContactRow(value)] : [];
    });
    return { rows: inOrder(rows), listedAt: Math.min(...found.map((row) => Number(row['listed_at']))) };
  }

  /** Forgets rows that were listed long ago. */
  forget(now: number): void {
    const { changes } = this.#db
      .prepare('DELETE FROM legs WHERE listed_at < ?')
      .run(Math.trunc(now) - keptMs);
    if (changes > 0) this.#wholeFrom = undefined;
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }
}

/** Legs by start, then by id. */
export function inOrder(rows: readonly ContactRow[]): ContactRow[] {
  const keyOf = ({ startTime = '', contactId }: ContactRow): string => `${startTime}\n${contactId}`;
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
