import { kindNumbers } from '@cxvault/crypto-codec';

import { nothingToMark } from '../journal-entry.ts';
import type { CatalogDatabase } from './database.ts';

/** Objects of one kind, and their bytes. */
export interface Amount {
  readonly objects: number;
  readonly bytes: number;
}

/** How much an archive holds, by its journal. What was erased is counted in `erased` only. */
export interface CatalogStatistics {
  readonly interactions: number;
  readonly versions: number;
  readonly erased: number;
  /** Distinct media of all versions, with the bytes of the originals. */
  readonly media: Amount;
  /** What the newest versions lack; `provisional` ones are asked for again. */
  readonly absent: { readonly media: number; readonly provisional: number };
  /** Interactions by what became of their mark. */
  readonly marks: {
    readonly sent: number;
    readonly pending: number;
    readonly refused: number;
    /** Interactions that CXone has no place for a mark of, such as contacts without recordings: no failure. */
    readonly nothing_to_mark: number;
  };
  /** Stored bytes. */
  readonly stored: { readonly records: Amount; readonly media: Amount; readonly journal: Amount };
  readonly runs: number;
}

const notErased = 'NOT EXISTS (SELECT 1 FROM erased AS e WHERE e.interaction_id = v.interaction_id)';

/** Counts everything once; for a million interactions that takes seconds, and no memory. */
export function statisticsOf(db: CatalogDatabase, now: string): CatalogStatistics {
  return {
    interactions: db.count(
      `SELECT count(DISTINCT interaction_id) AS n FROM versions AS v WHERE ${notErased}`,
    ),
    versions: db.count(`SELECT count(*) AS n FROM versions AS v WHERE ${notErased}`),
    erased: db.count('SELECT count(*) AS n FROM erased'),
    media: amount(
      db,
      `SELECT count(*) AS objects, sum(bytes) AS bytes FROM (SELECT max(bytes) AS bytes FROM media
         WHERE object_key NOT IN (SELECT key FROM erased_objects) GROUP BY object_key)`,
    ),
    absent: absentMedia(db, now),
    marks: marks(db),
    stored: {
      records: storedOfKind(db, kindNumbers.records),
      media: storedOfKind(db, kindNumbers.media),
      journal: amount(db, 'SELECT count(*) AS objects, sum(bytes) AS bytes FROM entries'),
    },
    runs: db.count('SELECT count(DISTINCT run_id) AS n FROM entries'),
  };
}

function storedOfKind(db: CatalogDatabase, kind: number): Amount {
  return amount(
    db,
    `SELECT count(*) AS objects, sum(bytes) AS bytes FROM objects
     WHERE kind = ? AND key NOT IN (SELECT key FROM erased_objects)`,
    kind,
  );
}

function amount(db: CatalogDatabase, sql: string, ...values: number[]): Amount {
  const row = db.get<{ objects: number; bytes: number | null }>(sql, ...values);
  return { objects: row?.objects ?? 0, bytes: row?.bytes ?? 0 };
}

function absentMedia(db: CatalogDatabase, now: string): CatalogStatistics['absent'] {
  const row = db.get<{ media: number; provisional: number | null }>(
    `SELECT count(*) AS media, sum(a.code = 'skipped' OR coalesce(a.until > ?, 0)) AS provisional
     FROM absent AS a JOIN versions AS v ON v.id = a.version WHERE ${notErased}
       AND v.id = (SELECT w.id FROM versions AS w WHERE w.interaction_id = v.interaction_id
                   ORDER BY w.updated_time DESC, w.at DESC, w.run_id DESC, w.n DESC LIMIT 1)`,
    now,
  );
  return { media: row?.media ?? 0, provisional: row?.provisional ?? 0 };
}

function marks(db: CatalogDatabase): CatalogStatistics['marks'] {
  const rows = db.all<{ outcome: string; n: number }>(
    `SELECT CASE WHEN m.outcome = 'refused' AND m.reason = '${nothingToMark}' THEN 'nothing'
            ELSE coalesce(m.outcome, 'pending') END AS outcome, count(*) AS n
     FROM (SELECT DISTINCT interaction_id FROM versions AS v WHERE ${notErased}) AS v
     LEFT JOIN marks AS m ON m.interaction_id = v.interaction_id GROUP BY 1`,
  );
  const of = (outcome: string): number => rows.find((row) => row.outcome === outcome)?.n ?? 0;
  return { sent: of('sent'), pending: of('pending'), refused: of('refused'), nothing_to_mark: of('nothing') };
}
