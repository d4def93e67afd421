import type { ObjectInfo, ObjectStore } from '@cxvault/plugin-api';

import { CatalogDatabase } from '../catalog/database.ts';

const batch = 1_000;

/**
 * Names and sizes of what a store holds, listed once: a request for a thousand objects instead of one for each. Kept in
 * a temporary database on disk, so that memory does not grow with the archive.
 */
export class HeldObjects implements Disposable {
  readonly #db = new CatalogDatabase('');

  private constructor() {
    this.#db.exec('CREATE TABLE held (key TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID');
  }

  static async list(
    store: ObjectStore,
    prefixes: readonly string[],
    signal?: AbortSignal,
  ): Promise<HeldObjects> {
    const held = new HeldObjects();
    try {
      for (const prefix of prefixes) {
        let found: ObjectInfo[] = [];
        for await (const info of store.list(prefix, signal ? { signal } : {})) {
          found.push(info);
          if (found.length < batch) continue;
          held.#add(found);
          found = [];
        }
        held.#add(found);
      }
      return held;
    } catch (error) {
      held[Symbol.dispose]();
      throw error;
    }
  }

  /** Stored bytes; undefined when the store did not hold it. */
  sizeOf(key: string): number | undefined {
    return this.#db.get<{ bytes: number }>('SELECT bytes FROM held WHERE key = ?', key)?.bytes;
  }

  /** What was stored since. */
  note(key: string, bytes: number): void {
    this.#db.run('INSERT OR REPLACE INTO held VALUES (?, ?)', key, bytes);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  #add(found: readonly ObjectInfo[]): void {
    this.#db.transaction(() => {
      for (const { key, size } of found) this.note(key, size);
    });
  }
}
