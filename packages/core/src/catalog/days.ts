import type { CatalogDatabase } from './database.ts';

/** What was archived on one day. */
export interface ArchivedDay {
  /** `2026-11-24`, UTC. */
  readonly day: string;
  /** Interactions that were archived for the first time. */
  readonly interactions: number;
  /** All versions, of new interactions and of known ones. */
  readonly versions: number;
  /** Stored bytes of records and media. */
  readonly bytes: number;
}

/** Scans versions and objects once: seconds for a million interactions, and no memory. */
export function archivedDays(db: CatalogDatabase): IterableIterator<ArchivedDay> {
  return db.iterate<ArchivedDay>(
    `SELECT day, sum(interactions) AS interactions, sum(versions) AS versions, sum(bytes) AS bytes FROM (
       SELECT substr(first, 1, 10) AS day, count(*) AS interactions, 0 AS versions, 0 AS bytes
         FROM (SELECT min(at) AS first FROM versions GROUP BY interaction_id) GROUP BY day
       UNION ALL SELECT substr(at, 1, 10), 0, count(*), 0 FROM versions GROUP BY 1
       UNION ALL SELECT substr(e.at, 1, 10), 0, 0, sum(o.bytes)
         FROM objects AS o JOIN entries AS e ON e.run_id = o.run_id AND e.n = o.n GROUP BY 1
     ) GROUP BY day ORDER BY day`,
  );
}
