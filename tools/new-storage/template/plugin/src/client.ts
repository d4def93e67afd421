import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';

/** What is known of one object. */
export interface PigeonObject {
  readonly key: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

/** An error as a service's SDK throws it: with a code. */
export class PigeonError extends Error {
  readonly code: 'missing' | 'taken';

  constructor(code: 'missing' | 'taken', key: string) {
    super(`${code === 'taken' ? 'there is an object of this name' : 'there is no such object'} [key=${key}]`);
    this.code = code;
  }
}

/** 1 MiB: cxvault gives chunks of 16 KiB, and a write each would be slow. */
const partBytes = 1_048_576;
/** 256 KiB: a reader who goes away has not waited for much. */
const chunkBytes = 262_144;

/**
 * Stands in for the SDK of a service, so that this plugin works as it is: objects in one SQLite file. This is the file
 * to write anew: keep the methods that `store.ts` calls, and let each call your SDK.
 */
export class PigeonClient {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file, { timeout: 5_000 }); // ms that it waits for another process
    this.#database.exec(`PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS objects (key TEXT PRIMARY KEY, upload TEXT, size INTEGER, at INTEGER);
      CREATE TABLE IF NOT EXISTS parts (upload TEXT, start INTEGER, bytes BLOB, PRIMARY KEY (upload, start));`);
  }

  /** Writes one object, whole or not at all: it appears when the body has ended. */
  async upload(key: string, body: AsyncIterable<Uint8Array>, ifAbsent: boolean): Promise<PigeonObject> {
    const upload = randomUUID();
    try {
      let size = 0;
      for await (const part of inParts(body)) {
        this.#run('INSERT INTO parts VALUES (?, ?, ?)', upload, size, part);
        size += part.length;
      }
      const object = { key, size, modifiedAt: new Date() };
      this.#publish(object, upload, ifAbsent);
      return object;
    } catch (error) {
      this.#run('DELETE FROM parts WHERE upload = ?', upload);
      throw error;
    }
  }

  /** The bytes [from, to) of an object. */
  async *download(key: string, from: number, to: number): AsyncGenerator<Uint8Array> {
    const upload = this.#get('SELECT upload FROM objects WHERE key = ?', key)?.['upload'] ?? '';
    const query =
      'SELECT substr(bytes, ? - start + 1, ?) AS chunk FROM parts WHERE upload = ? AND start <= ? ORDER BY start DESC LIMIT 1';
    for (let at = from; at < to;) {
      const chunk = this.#get(query, at, Math.min(to - at, chunkBytes), upload, at)?.['chunk'];
      // Replaced or removed while it was read: never a short answer.
      if (!(chunk instanceof Uint8Array) || chunk.length === 0) throw new PigeonError('missing', key);
      yield chunk;
      at += chunk.length;
    }
  }

  async head(key: string): Promise<PigeonObject | undefined> {
    const row = this.#get('SELECT key, size, at FROM objects WHERE key = ?', key);
    return row && objectOf(row);
  }

  /** At most `limit` objects after a key, in the order of their keys' bytes. */
  async page(prefix: string, after: string, limit: number): Promise<PigeonObject[]> {
    const query = 'SELECT key, size, at FROM objects WHERE key > ? AND key >= ? ORDER BY key LIMIT ?';
    const objects = this.#database.prepare(query).all(after, prefix, limit).map(objectOf);
    const end = objects.findIndex(({ key }) => !key.startsWith(prefix));
    return end === -1 ? objects : objects.slice(0, end);
  }

  async remove(key: string): Promise<void> {
    this.#atOnce(() => {
      this.#run('DELETE FROM parts WHERE upload = (SELECT upload FROM objects WHERE key = ?)', key);
      this.#run('DELETE FROM objects WHERE key = ?', key);
    });
  }

  close(): void {
    this.#database.close();
  }

  #publish({ key, size, modifiedAt }: PigeonObject, upload: string, ifAbsent: boolean): void {
    this.#atOnce(() => {
      const old = this.#get('SELECT upload FROM objects WHERE key = ?', key);
      if (old !== undefined && ifAbsent) throw new PigeonError('taken', key);
      this.#run(
        'INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)',
        key,
        upload,
        size,
        modifiedAt.getTime(),
      );
      if (old !== undefined) this.#run('DELETE FROM parts WHERE upload = ?', old['upload'] ?? null);
    });
  }

  #atOnce(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #run(query: string, ...values: Value[]): void {
    this.#database.prepare(query).run(...values);
  }

  #get(query: string, ...values: Value[]): Row | undefined {
    return this.#database.prepare(query).get(...values);
  }
}

type Value = string | number | bigint | null | Uint8Array;
type Row = Record<string, Value>;

function objectOf(row: Row): PigeonObject {
  return {
    key: String(row['key']),
    size: Number(row['size']),
    modifiedAt: new Date(Number(row['at'])),
  };
}

async function* inParts(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes < partBytes) continue;
    yield Buffer.concat(chunks);
    chunks = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(chunks);
}
