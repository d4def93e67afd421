import { chmodSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** A SQLite file with prepared statements kept by their text. */
export class CatalogDatabase {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** `file`: a path, `:memory:`, or the empty string for a temporary database on disk. */
  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: 30_000 });
    if (file !== '' && file !== ':memory:') chmodSync(file, 0o600);
    // what lies here can be rebuilt: a power cut may cost it, never the archive
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;');
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  transaction(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Runs a statement; returns the row id of an insert. */
  run(sql: string, ...values: SQLInputValue[]): number | bigint {
    return this.#prepare(sql).run(...values).lastInsertRowid;
  }

  /** Runs a statement; returns how many rows it changed. */
  change(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  // the one place where a row's type is taken on trust: the statements name their columns

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  /** Row by row. A statement of its own: another iteration of the same text may be under way. */
  iterate<Row>(sql: string, ...values: SQLInputValue[]): IterableIterator<Row> {
    return this.#db.prepare(sql).iterate(...values) as IterableIterator<Row>;
  }

  count(sql: string, ...values: SQLInputValue[]): number {
    return this.get<{ n: number }>(sql, ...values)?.n ?? 0;
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
