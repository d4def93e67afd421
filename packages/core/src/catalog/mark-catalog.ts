import { nothingToMark } from '../journal-entry.ts';
import { EntryCatalog } from './entry-catalog.ts';

/** What a catalog knows of marks. */
export class MarkCatalog extends EntryCatalog {
  /** Up to `limit` archived interactions whose mark is neither sent nor refused, with ids after `after`, in order. */
  pendingMarks(after: string, limit: number): string[] {
    return this.db
      .all<{ id: string }>(
        `SELECT DISTINCT v.interaction_id AS id FROM versions AS v LEFT JOIN marks AS m ON m.interaction_id = v.interaction_id
         WHERE v.interaction_id > ? AND (m.outcome IS NULL OR m.outcome = 'pending')
           AND NOT EXISTS (SELECT 1 FROM erased AS e WHERE e.interaction_id = v.interaction_id)
         ORDER BY v.interaction_id LIMIT ?`,
        after,
        limit,
      )
      .map((row) => row.id);
  }

  pendingMarkCount(): number {
    return this.db.count(
      `SELECT count(DISTINCT v.interaction_id) AS n FROM versions AS v
       LEFT JOIN marks AS m ON m.interaction_id = v.interaction_id WHERE (m.outcome IS NULL OR m.outcome = 'pending')
         AND NOT EXISTS (SELECT 1 FROM erased AS e WHERE e.interaction_id = v.interaction_id)`,
    );
  }

  /** Whether no mark is to be sent any more: it was, or it was refused by a contact that has a place for it. */
  isMarkSettled(interactionId: string): boolean {
    return (
      this.db.get(
        `SELECT 1 FROM marks WHERE interaction_id = ?
           AND (outcome = 'sent' OR (outcome = 'refused' AND reason IS NOT '${nothingToMark}'))`,
        interactionId,
      ) !== undefined
    );
  }

  markOutcome(interactionId: string): 'sent' | 'pending' | 'refused' | undefined {
    return this.db.get<{ outcome: 'sent' | 'pending' | 'refused' }>(
      'SELECT outcome FROM marks WHERE interaction_id = ?',
      interactionId,
    )?.outcome;
  }
}
