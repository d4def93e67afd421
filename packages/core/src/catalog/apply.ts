import type { SQLInputValue } from 'node:sqlite';

import { type ArchivedInteraction, type JournalEntry, nothingToMark } from '../journal-entry.ts';
import type { StoredEntry } from '../journal.ts';

/** Runs one statement; returns the row id of an insert. */
type Run = (sql: string, ...values: SQLInputValue[]) => number | bigint;

/** Writes what an entry says into the catalog's tables. The caller holds a transaction. */
export function applyEntry({ entry, ref, key, bytes }: StoredEntry, run: Run): void {
  run(
    'INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)',
    ref.run_id,
    ref.n,
    ref.sha256,
    key,
    bytes,
    entry.at,
    Number(entry.final),
  );
  applyChain(entry, run);
  for (const object of entry.objects) {
    run(
      'INSERT OR IGNORE INTO objects VALUES (?, ?, ?, ?, ?, ?)',
      object.key,
      object.kind,
      object.bytes,
      object.sha256,
      ref.run_id,
      ref.n,
    );
  }
  for (const archived of entry.archived) applyArchived(archived, entry, run);
  for (const seen of entry.seen) applyTime(seen.interaction_id, seen.updated_time, seen.racy, entry.at, run);
  applyOutcomes(entry, run);
}

function applyChain(entry: JournalEntry, run: Run): void {
  if (entry.n > 1) run('INSERT OR IGNORE INTO followed VALUES (?, ?)', entry.run_id, entry.n - 1);
  for (const head of entry.heads ?? [])
    run('INSERT OR IGNORE INTO followed VALUES (?, ?)', head.run_id, head.n);
  if (entry.descriptor_sha256 !== undefined) {
    run('INSERT OR IGNORE INTO descriptors VALUES (?, ?)', entry.run_id, entry.descriptor_sha256);
  }
  const { system, profile, tenant } = entry.source;
  run('INSERT OR IGNORE INTO identity VALUES (?, ?, ?, ?)', entry.at, system, profile, tenant);
}

function applyArchived(archived: ArchivedInteraction, entry: JournalEntry, run: Run): void {
  const version = run(
    `INSERT INTO versions (interaction_id, updated_time, at, run_id, n, sha256, content, segment, legs)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    archived.interaction_id,
    archived.updated_time ?? '',
    entry.at,
    entry.run_id,
    entry.n,
    archived.sha256,
    archived.content,
    archived.segment,
    archived.legs ? JSON.stringify(archived.legs) : null,
  );
  for (const medium of archived.media) {
    run(
      'INSERT OR IGNORE INTO media VALUES (?, ?, ?, ?, ?)',
      version,
      medium.media_id,
      medium.object_key,
      medium.bytes,
      medium.sha256,
    );
  }
  for (const { media_id, code, until } of archived.absent) {
    run('INSERT OR IGNORE INTO absent VALUES (?, ?, ?, ?)', version, media_id, code, until ?? null);
  }
  applyTime(archived.interaction_id, archived.updated_time, archived.racy, entry.at, run);
}

function applyTime(
  id: string,
  updatedTime: string | null,
  racy: boolean | undefined,
  at: string,
  run: Run,
): void {
  run(
    `INSERT INTO times VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
     SET racy = min(racy, excluded.racy), at = max(at, excluded.at)`,
    id,
    updatedTime ?? '',
    Number(racy ?? false),
    at,
  );
}

function applyOutcomes(entry: JournalEntry, run: Run): void {
  const { run_id, n, at } = entry;
  for (const failed of entry.failed) {
    run(
      'INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)',
      failed.interaction_id,
      run_id,
      n,
      failed.updated_time ?? '',
      at,
      failed.reason,
      Number(failed.given_up ?? false),
    );
  }
  for (const mark of entry.marks) {
    // a mark that was sent stays sent, whatever another run says of it; one without a place may have got one
    run(
      `INSERT INTO marks VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET outcome = excluded.outcome, status = excluded.status, reason = excluded.reason
       WHERE marks.outcome = 'pending' OR marks.reason = '${nothingToMark}' OR excluded.outcome = 'sent'`,
      mark.interaction_id,
      mark.outcome,
      mark.status,
      mark.reason ?? null,
    );
  }
  for (const { lane, from, to } of entry.windows) {
    run('INSERT OR IGNORE INTO windows VALUES (?, ?, ?, ?, ?, ?)', run_id, n, lane, from, to, at);
  }
  for (const erased of entry.erased) {
    run('INSERT OR IGNORE INTO erased VALUES (?, ?, ?)', erased.interaction_id, erased.at, erased.reason);
    for (const key of erased.objects) run('INSERT OR IGNORE INTO erased_objects VALUES (?)', key);
  }
}
