import type { DatabaseSync } from 'node:sqlite';

import { openProofsFile } from './proofs-file.ts';
import type { ObjectFacts } from './tally.ts';
import type { PlannedObject } from './verify-plan.ts';

/** Depths in the order of what they prove. */
const ranks = { structure: 1, checksum: 2, full: 3 } as const;
export type ProvenDepth = keyof typeof ranks;
const depths = ['full', 'checksum', 'structure'] as const satisfies readonly ProvenDepth[];

/** An interrupted verify is taken up again within this time; later its proofs are too old to lean on unasked. */
const resumableMs = 24 * 3_600_000;

/** What an earlier verify proved of an object, and when. */
export interface Proof {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly facts: ObjectFacts;
}

/** How many objects verifies on this machine proved at one depth. */
export interface ProvenSummary {
  readonly depth: ProvenDepth;
  readonly objects: number;
  /** Of the proofs; milliseconds since 1970. */
  readonly oldest: number;
  readonly newest: number;
}

/**
 * What verifies on this machine have proved, in a small SQLite file of the user's cache folder: for `--max-age`,
 * and to go on after an interruption. Losing it costs time, nothing else.
 */
export class Proofs {
  readonly #db: DatabaseSync;
  readonly #archiveId: string;

  constructor(file: string, archiveId: string) {
    this.#archiveId = archiveId;
    this.#db = openProofsFile(
      file,
      `CREATE TABLE IF NOT EXISTS proofs (archive TEXT, key TEXT, depth INTEGER, sha256 TEXT NOT NULL,
        verified_at INTEGER NOT NULL, records INTEGER NOT NULL, media INTEGER NOT NULL, media_bytes INTEGER NOT NULL,
        PRIMARY KEY (archive, key, depth)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS sessions (archive TEXT, depth INTEGER, started_at INTEGER NOT NULL,
        PRIMARY KEY (archive, depth)) WITHOUT ROWID;`,
    );
  }

  close(): void {
    this.#db.close();
  }

  /** When the verify that this one goes on with began; `now` for one that begins. */
  begin(depth: ProvenDepth, now: number): number {
    const row = this.#db
      .prepare('SELECT started_at FROM sessions WHERE archive = ? AND depth = ?')
      .get(this.#archiveId, ranks[depth]);
    const started = row === undefined ? now : Number(row['started_at']);
    if (started < now && started > now - resumableMs) return started;
    this.#db
      .prepare('INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)')
      .run(this.#archiveId, ranks[depth], now);
    return now;
  }

  /** A verify came to its end: the next one begins anew. */
  end(depth: ProvenDepth): void {
    this.#db
      .prepare('DELETE FROM sessions WHERE archive = ? AND depth = ?')
      .run(this.#archiveId, ranks[depth]);
  }

  /** What is proved at each depth, the deepest first. */
  summary(): ProvenSummary[] {
    const rows = this.#db
      .prepare(
        `SELECT depth, count(*) AS objects, min(verified_at) AS oldest, max(verified_at) AS newest
         FROM proofs WHERE archive = ? GROUP BY depth ORDER BY depth DESC`,
      )
      .all(this.#archiveId);
    return rows.flatMap((row) => {
      const depth = depths.find((name) => ranks[name] === Number(row['depth']));
      if (depth === undefined) return [];
      const { objects, oldest, newest } = row;
      return [{ depth, objects: Number(objects), oldest: Number(oldest), newest: Number(newest) }];
    });
  }

  remember(object: PlannedObject, depth: ProvenDepth, proof: Proof): void {
    const { records, media, mediaBytes } = proof.facts;
    this.#db
      .prepare('INSERT OR REPLACE INTO proofs VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(this.#archiveId, object.key, ranks[depth], object.sha256, proof.at, records, media, mediaBytes);
  }

  /**
   * The newest proof at this depth or a deeper one, for exactly these bytes; undefined when there is none, or when
   * the store says that the object was written after it.
   */
  find(object: PlannedObject, depth: ProvenDepth): Proof | undefined {
    const row = this.#db
      .prepare(
        `SELECT verified_at, records, media, media_bytes FROM proofs
         WHERE archive = ? AND key = ? AND depth >= ? AND sha256 = ? ORDER BY verified_at DESC LIMIT 1`,
      )
      .get(this.#archiveId, object.key, ranks[depth], object.sha256);
    if (row === undefined || Number(row['verified_at']) < object.modified_at) return undefined;
    const facts = {
      records: Number(row['records']),
      media: Number(row['media']),
      mediaBytes: Number(row['media_bytes']),
    };
    return { at: Number(row['verified_at']), facts };
  }
}
