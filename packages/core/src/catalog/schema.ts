import type { CatalogDatabase } from './database.ts';

/** Grows when the tables change: a catalog of another version is thrown away and built from the journal again. */
const catalogVersion = 2;

/**
 * The catalog's tables. All of them follow from the journal, but for `lost`, which remembers entries that were
 * seen and are gone. A missing update time is the empty string: it sorts before every time.
 */
const catalogTables = `
CREATE TABLE IF NOT EXISTS entries (
  run_id TEXT, n INTEGER, sha256 TEXT NOT NULL, key TEXT NOT NULL, bytes INTEGER NOT NULL, at TEXT NOT NULL,
  final INTEGER NOT NULL, PRIMARY KEY (run_id, n)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS followed (run_id TEXT, n INTEGER, PRIMARY KEY (run_id, n)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS broken_runs (run_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lost (key TEXT PRIMARY KEY, run_id TEXT, n INTEGER, sha256 TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS descriptors (run_id TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS identity (at TEXT, system TEXT, profile TEXT, tenant TEXT, PRIMARY KEY (at, system, profile, tenant))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
  key TEXT PRIMARY KEY, kind INTEGER NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,
  run_id TEXT NOT NULL, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
  id INTEGER PRIMARY KEY, interaction_id TEXT NOT NULL, updated_time TEXT NOT NULL, at TEXT NOT NULL,
  run_id TEXT NOT NULL, n INTEGER NOT NULL, sha256 TEXT NOT NULL, content TEXT NOT NULL, segment TEXT NOT NULL,
  legs TEXT);
CREATE INDEX IF NOT EXISTS versions_by_interaction ON versions (interaction_id, updated_time, at, run_id, n);
CREATE INDEX IF NOT EXISTS versions_by_segment ON versions (segment);
CREATE TABLE IF NOT EXISTS media (
  version INTEGER NOT NULL, media_id TEXT NOT NULL, object_key TEXT NOT NULL, bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL, PRIMARY KEY (version, media_id, object_key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS media_by_object ON media (object_key);
CREATE TABLE IF NOT EXISTS absent (
  version INTEGER NOT NULL, media_id TEXT NOT NULL, code TEXT NOT NULL, until TEXT,
  PRIMARY KEY (version, media_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS absent_by_code ON absent (code);
CREATE TABLE IF NOT EXISTS times (
  interaction_id TEXT, updated_time TEXT, racy INTEGER NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (interaction_id, updated_time)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failures (
  interaction_id TEXT, run_id TEXT, n INTEGER, updated_time TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL,
  given_up INTEGER NOT NULL, PRIMARY KEY (interaction_id, run_id, n)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (
  interaction_id TEXT PRIMARY KEY, outcome TEXT NOT NULL, status TEXT NOT NULL, reason TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS windows (
  run_id TEXT, n INTEGER, lane TEXT, from_time TEXT, to_time TEXT, at TEXT NOT NULL,
  PRIMARY KEY (run_id, n, lane, from_time, to_time)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erased (interaction_id TEXT PRIMARY KEY, at TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erased_objects (key TEXT PRIMARY KEY) WITHOUT ROWID;
`;

/** The tables that follow from the journal, emptied before they are built again. */
export const derivedTables = [
  'entries',
  'followed',
  'broken_runs',
  'descriptors',
  'identity',
  'objects',
  'versions',
  'media',
  'absent',
  'times',
  'failures',
  'marks',
  'windows',
  'erased',
  'erased_objects',
] as const;

/** Makes the tables; those of another archive or of another version of the catalog are thrown away first. */
export function prepareTables(db: CatalogDatabase, archiveId: string): void {
  db.exec('CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID');
  const owner = `${archiveId} ${String(catalogVersion)}`;
  const found = db.get<{ value: string }>("SELECT value FROM meta WHERE name = 'owner'");
  if (found?.value === owner) return;
  for (const table of [...derivedTables, 'lost']) db.exec(`DROP TABLE IF EXISTS ${table}`);
  db.exec(catalogTables);
  db.run("INSERT OR REPLACE INTO meta VALUES ('owner', ?)", owner);
}
