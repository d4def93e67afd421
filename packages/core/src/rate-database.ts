import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';

import { CxvaultError } from '@cxvault/plugin-api';
import * as z from 'zod';

import type { ProcessIdentity } from './process-identity.ts';

/** Milliseconds that a transaction waits for another process's; each takes well under one. */
const busyTimeoutMs = 10_000;

const schema = `
  CREATE TABLE IF NOT EXISTS family (
    name TEXT PRIMARY KEY, taken INTEGER NOT NULL DEFAULT 0, gate_until REAL NOT NULL DEFAULT 0,
    factor REAL NOT NULL DEFAULT 1, factor_at REAL NOT NULL DEFAULT 0, throttled_at REAL NOT NULL DEFAULT 0,
    throttles INTEGER NOT NULL DEFAULT 0, last_start REAL NOT NULL DEFAULT 0, last_success REAL NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS slot (
    id INTEGER PRIMARY KEY, family TEXT NOT NULL, started REAL NOT NULL, free_at REAL,
    host TEXT NOT NULL, boot_id TEXT NOT NULL, pid INTEGER NOT NULL, process_start TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS slot_by_free_at ON slot (family, free_at);
`;

/** What is known of one API family of one tenant. Times in milliseconds since 1970. */
export interface FamilyRow {
  /** Slots that are not free yet. */
  readonly taken: number;
  readonly gateUntil: number;
  /** The part of the rule's rate that is used, as of `factorAt`. */
  readonly factor: number;
  readonly factorAt: number;
  readonly throttledAt: number;
  /** Throttled answers since the last success, those of one moment counted once. */
  readonly throttles: number;
  readonly lastStart: number;
  readonly lastSuccess: number;
}

/** A request that has no response yet. */
export interface FlyingSlot {
  readonly id: number;
  readonly started: number;
  readonly owner: ProcessIdentity;
}

const familyRow = z
  .object({
    taken: z.number(),
    gate_until: z.number(),
    factor: z.number(),
    factor_at: z.number(),
    throttled_at: z.number(),
    throttles: z.number(),
    last_start: z.number(),
    last_success: z.number(),
  })
  .transform((row): FamilyRow => ({
    taken: row.taken,
    gateUntil: row.gate_until,
    factor: row.factor,
    factorAt: row.factor_at,
    throttledAt: row.throttled_at,
    throttles: row.throttles,
    lastStart: row.last_start,
    lastSuccess: row.last_success,
  }));

const flyingRow = z
  .object({
    id: z.number(),
    started: z.number(),
    host: z.string(),
    boot_id: z.string(),
    pid: z.number(),
    process_start: z.string().nullable(),
  })
  .transform(({ id, started, ...owner }): FlyingSlot => ({ id, started, owner }));

/** The tables of the rate budgets. Every method but `transaction` and `close` belongs inside a transaction. */
export class RateDatabase {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Throws `OUTPUT_FAILED` when the file cannot be opened or is no database. */
  constructor(file: string) {
    this.#file = file;
    try {
      if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      this.#database = new DatabaseSync(file, { timeout: busyTimeoutMs });
      openTables(this.#database);
    } catch (error) {
      throw unusable(file, error);
    }
  }

  transaction<T>(body: () => T): T {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = body();
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        this.#database.exec('ROLLBACK');
        throw error;
      }
    } catch (error) {
      throw unusable(this.#file, error);
    }
  }

  family(name: string): FamilyRow {
    this.#run('INSERT INTO family (name) VALUES (?) ON CONFLICT DO NOTHING', name);
    return familyRow.parse(this.#statement('SELECT * FROM family WHERE name = ?').get(name));
  }

  updateFamily(name: string, row: FamilyRow): void {
    this.#run(
      `UPDATE family SET gate_until = ?, factor = ?, factor_at = ?, throttled_at = ?, throttles = ? WHERE name = ?`,
      row.gateUntil,
      row.factor,
      row.factorAt,
      row.throttledAt,
      row.throttles,
      name,
    );
  }

  noteSuccess(name: string, now: number): void {
    this.#run('UPDATE family SET last_success = ?, throttles = 0 WHERE name = ?', now, name);
  }

  insertSlot(family: string, now: number, owner: ProcessIdentity): number {
    this.#run('UPDATE family SET taken = taken + 1, last_start = ? WHERE name = ?', now, family);
    return this.#run(
      'INSERT INTO slot (family, started, host, boot_id, pid, process_start) VALUES (?, ?, ?, ?, ?, ?)',
      family,
      now,
      owner.host,
      owner.boot_id,
      owner.pid,
      owner.process_start,
    ).id;
  }

  /** Lets go of the slots that are due, and of none later than `latest`: the clock may have been set back. */
  releaseSlots(family: string, now: number, latest: number): void {
    this.#run('UPDATE slot SET free_at = ? WHERE family = ? AND free_at > ?', latest, family, latest);
    const { changes } = this.#run('DELETE FROM slot WHERE family = ? AND free_at <= ?', family, now);
    if (changes > 0) this.#run('UPDATE family SET taken = taken - ? WHERE name = ?', changes, family);
  }

  /** Sets when these slots become free; those that have a time already keep it. */
  freeSlots(ids: readonly number[], freeAt: number): void {
    for (const id of ids)
      this.#run('UPDATE slot SET free_at = ? WHERE id = ? AND free_at IS NULL', freeAt, id);
  }

  /** When the slot becomes free before which `n` others do; undefined: requests are under way. */
  nthFreeAt(family: string, n: number): number | undefined {
    const row = this.#statement(
      'SELECT free_at FROM slot WHERE family = ? AND free_at IS NOT NULL ORDER BY free_at LIMIT 1 OFFSET ?',
    ).get(family, n);
    return row === undefined ? undefined : Number(row['free_at']);
  }

  flyingSlots(family: string): FlyingSlot[] {
    const rows = this.#statement('SELECT * FROM slot WHERE family = ? AND free_at IS NULL').all(family);
    return rows.map((row) => flyingRow.parse(row));
  }

  close(): void {
    this.#database.close();
  }

  #run(sql: string, ...values: SQLInputValue[]): { readonly changes: number; readonly id: number } {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...values);
    return { changes: Number(changes), id: Number(lastInsertRowid) };
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function openTables(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = WAL');
  // no fsync per transaction: a power cut ends all requests anyway
  database.exec('PRAGMA synchronous = NORMAL');
  database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT`);
}

function unusable(file: string, cause: unknown): CxvaultError {
  return new CxvaultError(
    'OUTPUT_FAILED',
    'the file that shares the API budget between processes is not usable',
    {
      context: { file, reason: cause instanceof Error ? cause.message : undefined },
      hint: 'make its folder writable; the file itself may be removed when no run is under way',
      cause,
    },
  );
}
