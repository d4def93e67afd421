import { DatabaseSync } from 'node:sqlite';

import { isCxvaultError } from '@cxvault/plugin-api';
import type { InteractionSource, ListWindow } from '@cxvault/plugin-api';

// The list moves while it is read (architecture, "What has been covered"): it is read again until a pass shows
// nothing new. A list that never settles is taken as it is after so many passes.
const mostPasses = 50;
const mostRestarts = 100;

/** The ids that a source lists, each once, on disk in a temporary database: there may be millions. */
export class EnvelopeList {
  readonly #db = new DatabaseSync('');

  constructor() {
    this.#db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
      CREATE TABLE ids (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);`);
  }

  close(): void {
    this.#db.close();
  }

  /** True when the id is new. */
  add(id: string): boolean {
    return this.#db.prepare('INSERT OR IGNORE INTO ids (id) VALUES (?)').run(id).changes > 0;
  }

  count(): number {
    return Number(this.#db.prepare('SELECT count(*) AS n FROM ids').get()?.['n'] ?? 0);
  }

  /** In the order in which they were listed. */
  *ids(): IterableIterator<string> {
    for (const row of this.#db.prepare('SELECT id FROM ids ORDER BY n').iterate()) yield String(row['id']);
  }
}

interface ListOptions {
  readonly limit: number;
  /** Leave out what lies at or after the window's end. */
  readonly untilEnd: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Lists a window, pass after pass, until a pass shows nothing new. */
export async function listAll(
  source: InteractionSource,
  window: ListWindow,
  list: EnvelopeList,
  options: ListOptions,
): Promise<void> {
  let restarts = 0;
  for (let pass = 0; pass < mostPasses && list.count() < options.limit;) {
    const found = await onePass(source, window, list, options).catch((error: unknown) => {
      if (!isExpiredCursor(error) || (restarts += 1) > mostRestarts) throw error;
      return undefined;
    });
    if (found === 0) return;
    if (found !== undefined) pass += 1; // a pass that broke off says nothing about the list
  }
}

async function onePass(
  source: InteractionSource,
  window: ListWindow,
  list: EnvelopeList,
  { limit, untilEnd, signal }: ListOptions,
): Promise<number> {
  let found = 0;
  for await (const { rows } of source.list(window, { ...(signal && { signal }) })) {
    const times = rows.map(({ position, updatedTime }) => position ?? updatedTime);
    for (const [n, { interactionId }] of rows.entries()) {
      const time = times[n];
      const outside = time !== undefined && (time < window.from || (untilEnd && time >= window.to));
      if (!outside && list.count() < limit) found += Number(list.add(interactionId));
    }
    const pastIt =
      source.listsWindows !== true &&
      times.length > 0 &&
      times.every((time) => time !== undefined && time < window.from);
    if (pastIt || list.count() >= limit) break;
  }
  return found;
}

function isExpiredCursor(error: unknown): boolean {
  return isCxvaultError(error) && error.context['cursor'] === 'expired';
}
