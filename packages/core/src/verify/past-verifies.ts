import type { DatabaseSync } from 'node:sqlite';

import * as z from 'zod';

import type { Period } from './period.ts';
import { openProofsFile } from './proofs-file.ts';
import type { VerifyReport } from './verify-report.ts';

const pastVerifySchema = z.object({
  /** When it ended. */
  at: z.string(),
  depth: z.enum(['structure', 'checksum', 'sample', 'full', 'public']),
  ok: z.boolean(),
  /** Findings. */
  damage: z.number(),
  objects: z.number(),
  /** Objects that were not read again, because an earlier verify had proved them. */
  proven_before: z.number(),
  bytes: z.number(),
  /** Only what was created in a period. */
  since: z.string().optional(),
  until: z.string().optional(),
});

/** What a verify of the past found. */
export type PastVerify = z.infer<typeof pastVerifySchema>;

/**
 * How the verifies on this machine ended, the last of each depth, in the file where their proofs are kept. Whole ones
 * and those of a period are kept apart.
 */
export class PastVerifies implements Disposable {
  readonly #db: DatabaseSync;
  readonly #archiveId: string;

  constructor(file: string, archiveId: string) {
    this.#archiveId = archiveId;
    this.#db = openProofsFile(
      file,
      `CREATE TABLE IF NOT EXISTS verifies (archive TEXT, depth TEXT, part INTEGER, document TEXT NOT NULL,
        PRIMARY KEY (archive, depth, part)) WITHOUT ROWID;`,
    );
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  /** Notes how a verify ended. */
  remember(report: VerifyReport, { since, until }: Period, now: number): void {
    const past: PastVerify = {
      at: new Date(now).toISOString(),
      depth: report.depth,
      ok: report.ok,
      damage: report.damage.length,
      objects: report.objects.checked,
      proven_before: report.objects.proven_before ?? 0,
      bytes: report.objects.bytes,
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
    };
    this.#db
      .prepare('INSERT OR REPLACE INTO verifies VALUES (?, ?, ?, ?)')
      .run(this.#archiveId, past.depth, Number(isPart(past)), JSON.stringify(past));
  }

  /** The last verify of each depth, newest first. */
  all(): PastVerify[] {
    return this.#db
      .prepare('SELECT document FROM verifies WHERE archive = ?')
      .all(this.#archiveId)
      .flatMap((row) => {
        // another version of cxvault may share this cache, and know other depths
        const { data } = pastVerifySchema.safeParse(JSON.parse(String(row['document'])));
        return data ? [data] : [];
      })
      .sort((a, b) => (a.at < b.at ? 1 : -1));
  }
}

/** True when a verify looked at a period only. */
export function isPart({ since, until }: Pick<PastVerify, 'since' | 'until'>): boolean {
  return since !== undefined || until !== undefined;
}
