import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Opens the file in which verifies on this machine leave what they proved and found; `tables` are made if need be. */
export function openProofsFile(file: string, tables: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 30_000 });
  if (file !== '' && file !== ':memory:') chmodSync(file, 0o600);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${tables}`);
  return db;
}
