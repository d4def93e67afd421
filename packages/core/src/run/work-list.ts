import { CatalogDatabase } from '../catalog/database.ts';

/**
 * Why an interaction is looked at. `denied`: to learn whether the right to media that were denied has appeared;
 * `allowed`: it has.
 */
export type WorkReason = 'listed' | 'failure' | 'absent' | 'denied' | 'allowed' | 'asked';

/** An interaction to fetch. */
export interface WorkItem {
  readonly interactionId: string;
  /** The row's update time, or what is known of it; empty for none. A detail must not be older. */
  readonly updatedTime: string;
  readonly reason: WorkReason;
  /** 1 for the first try in this run, 2 for the second. */
  readonly attempt: number;
}

/** `retry`: when all else is done. `fresh`: then, and when its update time is old enough to be trusted. */
export type WorkTime = 'now' | 'retry' | 'fresh';

const taken = 'taken';

/**
 * What a run has to look at, and all that it has sighted: on disk, so that listing never waits for fetching and a
 * million rows take no memory. Oldest first.
 */
export class WorkList {
  readonly #db = new CatalogDatabase('');
  #batch: WorkItem[] = [];
  #closed = false;
  #added = 0;
  #active = 0;
  #wakeUp = Promise.withResolvers<undefined>();

  constructor() {
    this.#db
      .exec(`CREATE TABLE sighted (interaction_id TEXT, updated_time TEXT, PRIMARY KEY (interaction_id, updated_time)) WITHOUT ROWID;
      CREATE TABLE work (id INTEGER PRIMARY KEY, interaction_id TEXT, updated_time TEXT, reason TEXT, attempt INTEGER, state TEXT);
      CREATE INDEX work_by_state ON work (state, updated_time, id);`);
  }

  /** Notes a row; false when this run has sighted it with this update time before. */
  sight(interactionId: string, updatedTime: string): boolean {
    return this.#db.change('INSERT OR IGNORE INTO sighted VALUES (?, ?)', interactionId, updatedTime) > 0;
  }

  /** True when this run has sighted the interaction, at whatever time. */
  hasSighted(interactionId: string): boolean {
    return this.#db.get('SELECT 1 FROM sighted WHERE interaction_id = ?', interactionId) !== undefined;
  }

  /** Adds work; what is not for now waits for {@link WorkList.release}. */
  add(item: WorkItem, when: WorkTime = 'now'): void {
    this.#added += 1;
    this.#db.run(
      'INSERT INTO work (interaction_id, updated_time, reason, attempt, state) VALUES (?, ?, ?, ?, ?)',
      item.interactionId,
      item.updatedTime,
      item.reason,
      item.attempt,
      when,
    );
    this.#notify();
  }

  /** Adds work for now, unless this run has sighted the interaction with this update time before. */
  addOnce(item: WorkItem): void {
    if (this.sight(item.interactionId, item.updatedTime)) this.add(item);
  }

  /** How much work was added so far. */
  get added(): number {
    return this.#added;
  }

  /** All work that waits, in the order in which it was added. */
  items(): WorkItem[] {
    return this.#db.all(
      `SELECT interaction_id AS interactionId, updated_time AS updatedTime, reason, attempt FROM work
       WHERE state <> 'taken' ORDER BY id`,
    );
  }

  /** Many additions as one transaction. */
  addAll(work: () => void): void {
    this.#db.transaction(work);
  }

  /** How much work waits for its time. */
  count(when: WorkTime): number {
    return this.#db.count('SELECT count(*) AS n FROM work WHERE state = ?', when);
  }

  /** The newest update time among fresh work; undefined when there is none. */
  newestFresh(): string | undefined {
    const sql = "SELECT max(updated_time) AS at FROM work WHERE state = 'fresh'";
    return this.#db.get<{ at: string | null }>(sql)?.at ?? undefined;
  }

  /** Makes all work that waits for its time due now. */
  release(): void {
    this.#db.run("UPDATE work SET state = 'now' WHERE state IN ('retry', 'fresh')");
    this.#notify();
  }

  /** The next piece of work; waits for one. Undefined when the list is closed and empty. Call `done` after each. */
  async next(signal: AbortSignal): Promise<WorkItem | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      const item = this.#take();
      if (item) {
        this.#active += 1;
        return item;
      }
      if (this.#closed) return undefined;
      await this.#wakeUp.promise;
    }
  }

  done(): void {
    this.#active -= 1;
    this.#notify();
  }

  /** Resolves when nothing waits and nothing is under way; work that waits for its time does not count. */
  async idle(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (this.#active > 0 || this.#peek())) await this.#wakeUp.promise;
  }

  /** No more work will be added. */
  close(): void {
    this.#closed = true;
    this.#notify();
  }

  /** Lets everyone who waits look again, for example after an abort. */
  wake(): void {
    this.#notify();
  }

  dispose(): void {
    this.#db.close();
  }

  #notify(): void {
    this.#wakeUp.resolve(undefined);
    this.#wakeUp = Promise.withResolvers();
  }

  #peek(): boolean {
    return this.#batch.length > 0 || this.#db.get("SELECT 1 FROM work WHERE state = 'now'") !== undefined;
  }

  #take(): WorkItem | undefined {
    if (this.#batch.length === 0) this.#batch = this.#takeBatch();
    return this.#batch.pop();
  }

  #takeBatch(): WorkItem[] {
    const rows = this.#db.all<WorkItem & { id: number }>(
      `SELECT id, interaction_id AS interactionId, updated_time AS updatedTime, reason, attempt FROM work
       WHERE state = 'now' ORDER BY updated_time, id LIMIT 100`,
    );
    this.#db.transaction(() => {
      for (const row of rows) this.#db.run('UPDATE work SET state = ? WHERE id = ?', taken, row.id);
    });
    return rows.reverse();
  }
}
