import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';

/** An object that is to be checked. */
export interface PlannedObject {
  readonly key: string;
  /** The number in the object's header. */
  readonly kind: number;
  /** Stored bytes. */
  readonly bytes: number;
  /** SHA-256 of the stored object, by the journal. */
  readonly sha256: string;
  /** When it was written, by the store's clock, in milliseconds since 1970. */
  readonly modified_at: number;
}

/**
 * The objects of one verify, on disk in a temporary database so that memory does not grow with the archive.
 * `chosen` are those that will be opened.
 */
export class VerifyPlan {
  readonly #db = new DatabaseSync('');

  constructor() {
    this.#db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
      CREATE TABLE objects (key TEXT PRIMARY KEY, id TEXT NOT NULL, place TEXT NOT NULL, kind INTEGER NOT NULL,
        bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, modified_at INTEGER, chosen INTEGER NOT NULL) WITHOUT ROWID;
      CREATE INDEX by_id ON objects (id);
      CREATE INDEX by_place ON objects (chosen, place);
      CREATE TABLE leftover (key TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE ring_uses (ring TEXT, key TEXT, PRIMARY KEY (ring, key)) WITHOUT ROWID;`);
  }

  close(): void {
    this.#db.close();
  }

  /** Takes in an object that the journal names; chosen when the store gave `modified_at`, so when it is there. */
  add(object: Omit<PlannedObject, 'modified_at'>, modifiedAt: number | undefined): void {
    this.#db
      .prepare('INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        object.key,
        objectIdOf(object.key),
        placeOf(object.key),
        object.kind,
        object.bytes,
        object.sha256,
        modifiedAt ?? null,
        Number(modifiedAt !== undefined),
      );
  }

  addLeftover(key: string, bytes: number): void {
    this.#db.prepare('INSERT OR IGNORE INTO leftover VALUES (?, ?)').run(key, bytes);
  }

  *leftoverSegments(prefix: string): IterableIterator<{ key: string; bytes: number }> {
    for (const row of this.#db.prepare('SELECT key, bytes FROM leftover ORDER BY key').iterate()) {
      const key = String(row['key']);
      if (key.startsWith(prefix)) yield { key, bytes: Number(row['bytes']) };
    }
  }

  /** The objects that will be opened, newest first: what was archived last is the least often proven. */
  *chosen(): IterableIterator<PlannedObject> {
    const rows = this.#db.prepare(
      'SELECT key, kind, bytes, sha256, modified_at FROM objects WHERE chosen = 1 ORDER BY place DESC',
    );
    for (const row of rows.iterate()) yield toPlanned(row);
  }

  /** All objects of a kind that are there, in key order, read in pages: the choice may change meanwhile. */
  *present(kind: number): IterableIterator<PlannedObject> {
    const page = this.#db.prepare(
      `SELECT key, kind, bytes, sha256, modified_at FROM objects
       WHERE kind = ? AND modified_at IS NOT NULL AND key > ? ORDER BY key LIMIT 500`,
    );
    for (let after = ''; ;) {
      const rows = page.all(kind, after).map(toPlanned);
      yield* rows;
      const last = rows.at(-1);
      if (!last) return;
      after = last.key;
    }
  }

  count(): number {
    return Number(this.#db.prepare('SELECT count(*) AS n FROM objects WHERE chosen = 1').get()?.['n'] ?? 0);
  }

  /** Leaves only `drawn` of the chosen objects, at random. */
  draw(drawn: number): void {
    this.#db
      .prepare(
        `UPDATE objects SET chosen = 0 WHERE chosen = 1 AND key NOT IN
           (SELECT key FROM objects WHERE chosen = 1 ORDER BY random() LIMIT ?)`,
      )
      .run(drawn);
  }

  /** Takes the choice back, but for what {@link VerifyPlan.choose} names afterwards. Missing objects stay out. */
  chooseNone(): void {
    this.#db.exec('UPDATE objects SET chosen = 0');
  }

  choose(key: string): void {
    this.#db.prepare('UPDATE objects SET chosen = 1 WHERE key = ? AND modified_at IS NOT NULL').run(key);
  }

  /** The key under which the journal knows an object id. */
  keyOfObject(objectId: string): string | undefined {
    const row = this.#db.prepare('SELECT key FROM objects WHERE id = ?').get(objectId);
    return row === undefined ? undefined : String(row['key']);
  }

  /** Notes that an object cannot be opened because of its ring object. */
  noteRingUse(ring: string, key: string): void {
    this.#db.prepare('INSERT OR IGNORE INTO ring_uses VALUES (?, ?)').run(ring, key);
  }

  *ringUses(ring: string): IterableIterator<string> {
    const rows = this.#db.prepare('SELECT key FROM ring_uses WHERE ring = ? ORDER BY key');
    for (const row of rows.iterate(ring)) yield String(row['key']);
  }
}

function toPlanned(row: Record<string, SQLOutputValue>): PlannedObject {
  return {
    key: String(row['key']),
    kind: Number(row['kind']),
    bytes: Number(row['bytes']),
    sha256: String(row['sha256']),
    modified_at: Number(row['modified_at']),
  };
}

/** The object id in an object's name. */
export function objectIdOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1).replace(/\.cxv$/, '');
}

/** `yyyy/mm/dd/<object id>`: sorts objects of all kinds by the day on which they were stored. */
function placeOf(key: string): string {
  return key.split('/').slice(-4).join('/');
}
