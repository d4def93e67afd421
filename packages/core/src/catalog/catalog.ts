import type { EntryWindow } from '../journal-entry.ts';
import type { StoredEntry } from '../journal.ts';
import { applyEntry } from './apply.ts';
import { CatalogDatabase } from './database.ts';
import { archivedDays, type ArchivedDay } from './days.ts';
import { MarkCatalog } from './mark-catalog.ts';
import { derivedTables, prepareTables } from './schema.ts';
import type { Erasure, OpenFailure, Version, VersionRow } from './rows.ts';
import { toVersion } from './rows.ts';
import { statisticsOf } from './statistics.ts';
import type { CatalogStatistics } from './statistics.ts';

/**
 * What the journal says, in SQLite so that memory does not grow with the archive. Built from the journal, and
 * built again at any time; only its memory of lost entries is more than the journal.
 */
export class Catalog extends MarkCatalog {
  /**
   * Opens or creates the catalog of one archive. `file` is a path, `:memory:`, or the empty string for a
   * temporary database on disk. A file of another archive or version is emptied.
   */
  static open(file: string, archiveId: string): Catalog {
    const db = new CatalogDatabase(file);
    prepareTables(db, archiveId);
    return new Catalog(db);
  }

  close(): void {
    this.db.close();
  }

  /** Takes in what one entry says. Taking in an entry again changes nothing. */
  apply(item: StoredEntry): void {
    this.db.transaction(() => {
      if (item.chainBroken) this.markBroken(item.entry.run_id);
      if (this.sha256Of(item.entry.run_id, item.entry.n) !== undefined) return;
      applyEntry(item, (sql, ...values) => this.db.run(sql, ...values));
    });
  }

  /** Forgets all that follows from the journal, before it is read anew. */
  clear(): void {
    this.db.transaction(() => {
      for (const table of derivedTables) this.db.exec(`DELETE FROM ${table}`);
    });
  }

  // ---- interactions

  /** The newest version of an interaction; undefined when it was never archived. */
  latest(interactionId: string): Version | undefined {
    const row = this.db.get<VersionRow>(
      `SELECT * FROM versions WHERE interaction_id = ? ORDER BY updated_time DESC, at DESC, run_id DESC, n DESC LIMIT 1`,
      interactionId,
    );
    return row && this.#complete(row);
  }

  /** The newest versions of an interaction that were archived at or after a time, newest first. */
  versionsSince(interactionId: string, at: string): Version[] {
    return this.db
      .all<VersionRow>(
        `SELECT * FROM versions WHERE interaction_id = ? AND at >= ?
       ORDER BY updated_time DESC, at DESC, run_id DESC, n DESC`,
        interactionId,
        at,
      )
      .map((row) => this.#complete(row));
  }

  /** The newest version of every interaction that is not erased, ordered by segment so that reads stay together. */
  *latestVersions(): IterableIterator<Version> {
    const rows = this.db.iterate<VersionRow>(
      `SELECT v.* FROM versions AS v WHERE NOT EXISTS (SELECT 1 FROM erased AS e WHERE e.interaction_id = v.interaction_id)
         AND v.id = (SELECT w.id FROM versions AS w WHERE w.interaction_id = v.interaction_id
                     ORDER BY w.updated_time DESC, w.at DESC, w.run_id DESC, w.n DESC LIMIT 1)
       ORDER BY v.segment, v.id`,
    );
    for (const row of rows) yield this.#complete(row);
  }

  /** The catalog's number of the version that was taken in last; 0 when there is none. */
  newestVersionId(): number {
    return this.db.count('SELECT max(id) AS n FROM versions');
  }

  /**
   * The segments with a version that was archived at or after a time, in key order. Read in pages, so that a slow
   * reader does not keep the database from a run.
   */
  *segments(archivedFrom: string): IterableIterator<string> {
    for (let after = ''; ;) {
      const page = this.db.all<{ segment: string }>(
        'SELECT segment FROM versions WHERE segment > ? GROUP BY segment HAVING max(at) >= ? ORDER BY segment LIMIT 500',
        after,
        archivedFrom,
      );
      for (const { segment } of page) yield segment;
      const last = page.at(-1);
      if (!last) return;
      after = last.segment;
    }
  }

  /**
   * The interactions whose newest version lies in a segment, but for erased ones. Versions after number `upTo` do not
   * count: a list that takes an hour shows each interaction once, though a run goes on.
   */
  latestIn(segment: string, upTo: number): Version[] {
    return this.db
      .all<VersionRow>(
        `SELECT v.* FROM versions AS v WHERE v.segment = ?1
           AND NOT EXISTS (SELECT 1 FROM erased AS e WHERE e.interaction_id = v.interaction_id)
           AND v.id = (SELECT w.id FROM versions AS w WHERE w.interaction_id = v.interaction_id AND w.id <= ?2
                       ORDER BY w.updated_time DESC, w.at DESC, w.run_id DESC, w.n DESC LIMIT 1)
         ORDER BY v.id`,
        segment,
        upTo,
      )
      .map((row) => this.#complete(row));
  }

  interactionCount(): number {
    return this.db.count('SELECT count(DISTINCT interaction_id) AS n FROM versions');
  }

  isErased(interactionId: string): boolean {
    return this.db.get('SELECT 1 FROM erased WHERE interaction_id = ?', interactionId) !== undefined;
  }

  /** When and why an interaction was erased; undefined when it was not. */
  erasure(interactionId: string): Erasure | undefined {
    return this.db.get('SELECT at, reason FROM erased WHERE interaction_id = ?', interactionId);
  }

  /** How much there is of everything. `now` in ISO 8601: until then an absence may be provisional. */
  statistics(now: string): CatalogStatistics {
    return statisticsOf(this.db, now);
  }

  /**
   * True when this exact update time is journalled, archived or seen, and is not racy. A list whose times are whole
   * seconds may show a time that the detail gave with its fraction.
   */
  knowsTime(interactionId: string, updatedTime: string): boolean {
    const until = updatedTime.endsWith('.000Z') ? updatedTime.replace('.000Z', '.999Z') : updatedTime;
    return (
      this.db.get(
        'SELECT 1 FROM times WHERE interaction_id = ? AND updated_time BETWEEN ? AND ? AND racy = 0',
        interactionId,
        updatedTime,
        until,
      ) !== undefined
    );
  }

  /** When the interaction was last archived or seen; undefined when never. */
  lastAsked(interactionId: string): string | undefined {
    return (
      this.db.get<{ at: string | null }>(
        'SELECT max(at) AS at FROM times WHERE interaction_id = ?',
        interactionId,
      )?.at ?? undefined
    );
  }

  /** Interactions whose newest version lacks media for one of these codes. */
  *withAbsent(codes: readonly string[]): IterableIterator<Version> {
    const rows = this.db.iterate<VersionRow>(
      `SELECT v.* FROM versions AS v WHERE v.id IN (SELECT version FROM absent WHERE code IN (${codes.map(() => '?').join()}))
         AND v.id = (SELECT w.id FROM versions AS w WHERE w.interaction_id = v.interaction_id
                     ORDER BY w.updated_time DESC, w.at DESC, w.run_id DESC, w.n DESC LIMIT 1)`,
      ...codes,
    );
    for (const row of rows) yield this.#complete(row);
  }

  /** Failures that hold, by the newest try: not archived or seen since at the same or a later update time. */
  openFailures(): OpenFailure[] {
    return this.db.all(`${openFailureRows} ORDER BY f.updated_time`);
  }

  openFailure(interactionId: string): OpenFailure | undefined {
    return this.db.get(`${openFailureRows} AND f.interaction_id = ?`, interactionId);
  }

  /** All failed tries at this update time since the interaction was last archived or seen, oldest first. */
  failedTries(interactionId: string, updatedTime: string): { run_id: string; at: string; reason: string }[] {
    return this.db.all(
      `SELECT run_id, at, reason FROM failures AS f WHERE interaction_id = ? AND updated_time = ? AND ${stillOpen} ORDER BY at`,
      interactionId,
      updatedTime,
    );
  }

  // ---- windows

  /** The windows that count, oldest first: those of runs whose chain is unbroken. */
  windows(lane: EntryWindow['lane']): (EntryWindow & { at: string })[] {
    return this.db.all(
      `SELECT lane, from_time AS "from", to_time AS "to", at FROM windows AS w WHERE lane = ?
         AND NOT EXISTS (SELECT 1 FROM broken_runs AS b WHERE b.run_id = w.run_id) ORDER BY at, run_id, n`,
      lane,
    );
  }

  /** Whether the newest that is known of some interaction is an update time in [from, to). */
  hasUpdatesWithin(from: string, to: string): boolean {
    return (
      this.db.get(
        `SELECT 1 FROM versions AS v WHERE updated_time >= ? AND updated_time < ?
           AND NOT EXISTS (SELECT 1 FROM times AS t WHERE t.interaction_id = v.interaction_id AND t.updated_time > v.updated_time)
           AND NOT EXISTS (SELECT 1 FROM erased AS e WHERE e.interaction_id = v.interaction_id) LIMIT 1`,
        from,
        to,
      ) !== undefined
    );
  }

  // ---- what one run did

  /** The newest place of each interaction that a run archived. */
  archivedBy(runId: string): IterableIterator<{ interaction_id: string; object_key: string }> {
    return this.db.iterate(
      `SELECT interaction_id, segment AS object_key, max(n) FROM versions WHERE run_id = ? GROUP BY interaction_id
       ORDER BY min(id)`,
      runId,
    );
  }

  archivedCountOf(runId: string): number {
    return this.db.count('SELECT count(DISTINCT interaction_id) AS n FROM versions WHERE run_id = ?', runId);
  }

  /** What failed in a run and was not archived or seen since. */
  failedIn(runId: string): IterableIterator<{ interaction_id: string; reason: string; given_up: number }> {
    return this.db.iterate(
      `SELECT interaction_id, reason, given_up, max(n) FROM failures AS f
       WHERE run_id = ? AND NOT EXISTS (SELECT 1 FROM times AS t WHERE t.interaction_id = f.interaction_id
           AND t.updated_time >= f.updated_time AND t.at >= f.at)
         AND ${notErased} GROUP BY interaction_id`,
      runId,
    );
  }

  /** What was archived on each day (UTC) on which something was, oldest first. */
  days(): IterableIterator<ArchivedDay> {
    return archivedDays(this.db);
  }

  #complete(row: VersionRow): Version {
    return toVersion(
      row,
      this.db.all('SELECT media_id, object_key, bytes, sha256 FROM media WHERE version = ?', row.id),
      this.db.all('SELECT media_id, code, until FROM absent WHERE version = ?', row.id),
    );
  }
}

const notErased = 'NOT EXISTS (SELECT 1 FROM erased AS e WHERE e.interaction_id = f.interaction_id)';

// a racy time has to be fetched again: only a look after the failure ends it
const stillOpen = `NOT EXISTS (SELECT 1 FROM times AS t WHERE t.interaction_id = f.interaction_id
    AND (t.updated_time > f.updated_time OR (t.updated_time = f.updated_time AND (t.racy = 0 OR t.at >= f.at))))
  AND ${notErased}`;

const openFailureRows = `SELECT f.interaction_id, f.updated_time, f.given_up, f.reason FROM failures AS f WHERE ${stillOpen}
  AND NOT EXISTS (SELECT 1 FROM failures AS g WHERE g.interaction_id = f.interaction_id
    AND (g.updated_time, g.at, g.run_id, g.n) > (f.updated_time, f.at, f.run_id, f.n))`;
