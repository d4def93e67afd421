import type { SourceIdentity } from '@cxvault/plugin-api';

import type { EntryRef } from '../journal-entry.ts';
import type { CatalogDatabase } from './database.ts';
import type { CatalogEntry, CatalogObject, MediumUse, RecordPlace, RunRow } from './rows.ts';

/** The part of the catalog that is about the journal itself: entries, chains, tips, and the objects they name. */
export class EntryCatalog {
  protected readonly db: CatalogDatabase;
  /** Only those who copy an archive look objects up by entry; others need not pay for it. */
  #indexed = false;

  protected constructor(db: CatalogDatabase) {
    this.db = db;
  }

  // ---- entries, chains and tips

  sha256Of(runId: string, n: number): string | undefined {
    return this.db.get<{ sha256: string }>('SELECT sha256 FROM entries WHERE run_id = ? AND n = ?', runId, n)
      ?.sha256;
  }

  /** The SHA-256 of an entry that was stored in so many bytes; undefined when none was, or in another size. */
  sha256OfSized(runId: string, n: number, bytes: number): string | undefined {
    return this.db.get<{ sha256: string }>(
      'SELECT sha256 FROM entries WHERE run_id = ? AND n = ? AND bytes = ?',
      runId,
      n,
      bytes,
    )?.sha256;
  }

  /** All entries that are known, as refs with their keys. */
  entries(): IterableIterator<
    EntryRef & { readonly key: string; readonly bytes: number; readonly at: string }
  > {
    return this.db.iterate('SELECT run_id, n, sha256, key, bytes, at FROM entries ORDER BY run_id, n');
  }

  /** An entry by its place; undefined when it is not known. */
  entryAt(runId: string, n: number): (CatalogEntry & { readonly final: boolean }) | undefined {
    const row = this.db.get<CatalogEntry & { final: number }>(
      'SELECT key, bytes, sha256, final FROM entries WHERE run_id = ? AND n = ?',
      runId,
      n,
    );
    return row && { ...row, final: row.final === 1 };
  }

  /** The number of the last entry of a run that is known; 0 when none is. */
  lastEntryOf(runId: string): number {
    return this.db.count('SELECT coalesce(max(n), 0) AS n FROM entries WHERE run_id = ?', runId);
  }

  /**
   * The living objects that an entry names: those that it brings, and those of earlier entries that its records or
   * media lie in. The first call on a catalog makes what it is looked up by.
   */
  objectsNamedBy(runId: string, n: number): CatalogObject[] {
    this.#indexEntries();
    return this.db.all(
      `SELECT key, kind, bytes, sha256, run_id, n FROM objects WHERE key NOT IN (SELECT key FROM erased_objects) AND key IN (
         SELECT key FROM objects WHERE run_id = ?1 AND n = ?2
         UNION SELECT segment FROM versions WHERE run_id = ?1 AND n = ?2
         UNION SELECT m.object_key FROM versions AS v JOIN media AS m ON m.version = v.id WHERE v.run_id = ?1 AND v.n = ?2)
       ORDER BY key`,
      runId,
      n,
    );
  }

  #indexEntries(): void {
    if (this.#indexed) return;
    this.db.exec('CREATE INDEX IF NOT EXISTS objects_by_entry ON objects (run_id, n)');
    this.db.exec('CREATE INDEX IF NOT EXISTS versions_by_entry ON versions (run_id, n)');
    this.#indexed = true;
  }

  /** True when the run has a final entry: then it ended by itself, and has a report. */
  isFinal(runId: string): boolean {
    return this.db.get('SELECT 1 FROM entries WHERE run_id = ? AND final = 1', runId) !== undefined;
  }

  /** The run with the newest entry. */
  newestRun(): RunRow | undefined {
    return this.db.get(
      `SELECT run_id, min(at) AS first_at, max(at) AS last_at, max(final) AS final FROM entries
       GROUP BY run_id ORDER BY last_at DESC, run_id DESC LIMIT 1`,
    );
  }

  /** The entries that no other known entry names as previous or in heads, oldest first. */
  tips(): EntryRef[] {
    return this.db.all<EntryRef>(
      `SELECT run_id, n, sha256 FROM entries AS e WHERE NOT EXISTS
         (SELECT 1 FROM followed AS f WHERE f.run_id = e.run_id AND f.n = e.n)
       ORDER BY at, run_id, n`,
    );
  }

  hasEntryOfSha256(sha256: string): boolean {
    return this.db.get('SELECT 1 FROM entries WHERE sha256 = ?', sha256) !== undefined;
  }

  /** The descriptor hashes that the runs' first entries name. */
  descriptorHashes(): { run_id: string; sha256: string }[] {
    return this.db.all('SELECT run_id, sha256 FROM descriptors');
  }

  /** Remembers that the run's chain has a gap or damage: its windows do not count. */
  markBroken(runId: string): void {
    this.db.run('INSERT OR IGNORE INTO broken_runs VALUES (?)', runId);
  }

  brokenRuns(): ReadonlySet<string> {
    return new Set(
      this.db.all<{ run_id: string }>('SELECT run_id FROM broken_runs').map((row) => row.run_id),
    );
  }

  forgetBroken(): void {
    this.db.exec('DELETE FROM broken_runs');
  }

  /** Remembers an entry that was seen and is gone. It stays on this list until the file is deleted by hand. */
  rememberLost(entry: EntryRef & { readonly key: string }): void {
    this.db.run(
      'INSERT OR IGNORE INTO lost VALUES (?, ?, ?, ?)',
      entry.key,
      entry.run_id,
      entry.n,
      entry.sha256,
    );
  }

  /** An entry that came back is not lost. */
  forgetLost(key: string): void {
    this.db.run('DELETE FROM lost WHERE key = ?', key);
  }

  /** Remembers that the archive lay at an address: then one that is not there is missed, and not misspelt. */
  rememberPlace(url: string): void {
    this.db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', `place ${url}`, 'seen');
  }

  remembersPlace(url: string): boolean {
    return this.db.get('SELECT 1 FROM meta WHERE name = ?', `place ${url}`) !== undefined;
  }

  lostEntries(): (EntryRef & { key: string })[] {
    return this.db.all('SELECT key, run_id, n, sha256 FROM lost ORDER BY key');
  }

  /** Whose interactions the archive holds: fixed by its first entry. */
  identity(): SourceIdentity | undefined {
    return this.db.get<{ system: string; profile: string; tenant: string }>(
      'SELECT system, profile, tenant FROM identity ORDER BY at LIMIT 1',
    );
  }

  // ---- objects

  /** All objects that entries name, in key order. */
  objects(): IterableIterator<CatalogObject> {
    return this.db.iterate('SELECT key, kind, bytes, sha256, run_id, n FROM objects ORDER BY key');
  }

  object(key: string): CatalogObject | undefined {
    return this.db.get('SELECT key, kind, bytes, sha256, run_id, n FROM objects WHERE key = ?', key);
  }

  /** True when any entry says anything of an object of this name. */
  isNamed(key: string): boolean {
    const found = this.db.get(
      `SELECT 1 FROM objects WHERE key = ?1 UNION ALL SELECT 1 FROM versions WHERE segment = ?1
       UNION ALL SELECT 1 FROM media WHERE object_key = ?1 UNION ALL SELECT 1 FROM erased_objects WHERE key = ?1 LIMIT 1`,
      key,
    );
    return found !== undefined;
  }

  /** How many objects entries say that they are there: named, and not erased. */
  livingObjectCount(): number {
    return this.db.count(
      `SELECT count(*) AS n FROM (SELECT key FROM objects UNION SELECT segment FROM versions
         UNION SELECT object_key FROM media EXCEPT SELECT key FROM erased_objects)`,
    );
  }

  entryCount(): number {
    return this.db.count('SELECT count(*) AS n FROM entries');
  }

  /** Objects that hold archived records or media, though no entry that could be read brings them. */
  unlistedObjects(): { key: string; kind: number }[] {
    return this.db.all(
      `SELECT segment AS key, 1 AS kind FROM versions WHERE segment NOT IN (SELECT key FROM objects)
       UNION SELECT object_key, 2 FROM media WHERE object_key NOT IN (SELECT key FROM objects)`,
    );
  }

  /** The records that entries place in a segment. */
  recordsIn(segment: string): IterableIterator<RecordPlace> {
    return this.db.iterate(
      'SELECT id AS version, interaction_id, updated_time, sha256 FROM versions WHERE segment = ? ORDER BY id',
      segment,
    );
  }

  /** The media that entries place in an object. */
  mediaIn(objectKey: string): IterableIterator<MediumUse> {
    return this.db.iterate(
      `SELECT v.interaction_id, m.media_id, m.bytes, m.sha256 FROM media AS m JOIN versions AS v ON v.id = m.version
       WHERE m.object_key = ? GROUP BY v.interaction_id, m.media_id, m.bytes, m.sha256`,
      objectKey,
    );
  }

  /** The interactions that need an object. */
  interactionsOf(objectKey: string): string[] {
    return this.db
      .all<{ id: string }>(
        `SELECT interaction_id AS id FROM versions WHERE segment = ?1
       UNION SELECT v.interaction_id FROM media AS m JOIN versions AS v ON v.id = m.version WHERE m.object_key = ?1`,
        objectKey,
      )
      .map((row) => row.id);
  }

  /** The interactions that an entry archived. */
  interactionsOfEntry(runId: string, n: number): string[] {
    return this.db
      .all<{ id: string }>(
        'SELECT DISTINCT interaction_id AS id FROM versions WHERE run_id = ? AND n = ?',
        runId,
        n,
      )
      .map((row) => row.id);
  }

  isErasedObject(key: string): boolean {
    return this.db.get('SELECT 1 FROM erased_objects WHERE key = ?', key) !== undefined;
  }
}
