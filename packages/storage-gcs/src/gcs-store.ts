import { compareKeys, exactBody, keyProblem, Turns, wholeBody } from '@cxvault/plugin-api';
import type {
  CallOptions,
  GetOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  StoreCapabilities,
  StoreErrorKind,
} from '@cxvault/plugin-api';

import { Bucket } from './bucket.ts';
import { explained, whyNoRetention } from './explain.ts';
import type { GcsCalls, Tuning, WriteRequest } from './gcs-calls.ts';
import { classifyGcsError, GcsError, notWithdrawn, reasonOf, refused, unordered } from './gcs-errors.ts';
import type { GcsLocation } from './gcs-location.ts';
import { ObjectVersions } from './object-versions.ts';
import { pieceBytes, uploadStream } from './resumable-upload.ts';
import type { Sent } from './resumable-upload.ts';
import { infoOf, inWholeSeconds, problemOf } from './stored-objects.ts';

/** Each upload holds two pieces in memory. */
const uploadsAtOnce = 2;

/** A bucket, or a folder in one, of Google Cloud Storage. All policy, no SDK. */
export class GcsStore implements ObjectStore {
  readonly capabilities: StoreCapabilities = {
    createIfAbsent: true,
    retention: true,
    serverChecksum: 'crc32c',
  };
  readonly #calls: GcsCalls;
  readonly #location: GcsLocation;
  readonly #tuning: Tuning;
  readonly #bucket: Bucket;
  readonly #versions: ObjectVersions;
  readonly #uploads = new Turns(uploadsAtOnce);

  constructor(calls: GcsCalls, location: GcsLocation, tuning: Tuning) {
    this.#calls = calls;
    this.#location = location;
    this.#tuning = tuning;
    this.#bucket = new Bucket(calls, location);
    this.#versions = new ObjectVersions(calls);
  }

  async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    const name = this.#name(key);
    const { signal, size, ifAbsent = false } = options;
    if (body instanceof Uint8Array && size !== undefined && size !== body.length) {
      throw refused(`the body has ${body.length} bytes, not ${size}`, key);
    }
    const traits = await this.#bucket.traits(signal);
    const write: WriteRequest = {
      name,
      contentType: options.contentType ?? 'application/octet-stream',
      kmsKey: this.#location.kmsKey,
      retention: options.retention && inWholeSeconds(options.retention),
      ifAbsent,
    };
    return this.#explained(async () => {
      const replaced = ifAbsent ? undefined : await this.#versions.replaced(traits, name, signal);
      const info = await this.#checked(key, write, await this.#send(key, write, body, options));
      await this.#versions.drop(replaced);
      return info;
    }, signal);
  }

  async get(key: string, options: GetOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const name = this.#name(key);
    const { range, signal } = options;
    await this.#bucket.traits(signal);
    if (range !== undefined && range.length <= 0) return this.#nothingOf(key, options);
    try {
      const content = await this.#explained(() => this.#calls.getObject(name, range, signal), signal);
      // A server that ignores the range gives the whole object, which is right only for an empty one.
      if (range !== undefined && content.size !== 0 && !content.range?.startsWith(`bytes ${range.offset}-`)) {
        content.discard();
        throw refused('the server does not give ranges of objects', key);
      }
      const brokenOff = (message: string) => new GcsError('incompleteBody', message);
      return wholeBody(content.body, { key, size: content.size }, brokenOff, signal);
    } catch (error) {
      if (reasonOf(error).status === 416) return noBytes();
      throw error;
    }
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    const name = this.#name(key);
    const { signal } = options;
    await this.#bucket.traits(signal);
    const found = await this.#explained(() => this.#versions.find(name, signal), signal);
    return found && { ...infoOf(key, found), ...(found.retention && { retention: found.retention }) };
  }

  async *list(
    prefix: string,
    options: CallOptions & { readonly startAfter?: string } = {},
  ): AsyncIterable<ObjectInfo> {
    // No key begins so.
    if (keyProblem(`${prefix}x`) !== undefined) return;
    const { startAfter = '', signal } = options;
    await this.#bucket.traits(signal);
    const root = this.#location.prefix;
    const startAt = compareKeys(startAfter, prefix) > 0 ? root + startAfter : undefined;
    let last: string | undefined;
    let token: string | undefined;
    do {
      const request = { prefix: root + prefix, startAt, token, limit: this.#tuning.pageSize };
      const page = await this.#explained(() => this.#calls.listPage(request, signal), signal);
      for (const found of page.objects) {
        signal?.throwIfAborted();
        const key = found.name.slice(root.length);
        // Pages of another order repeat and leave out objects: an archive listed so would seem to miss some.
        if (last !== undefined && compareKeys(key, last) <= 0)
          throw unordered(this.#location.bucket, key, last);
        last = key;
        // Consoles leave empty objects whose names end with a slash, as folders.
        if (compareKeys(key, startAfter) > 0 && keyProblem(key) === undefined) yield infoOf(key, found);
      }
      ({ token } = page);
    } while (token !== undefined);
  }

  async remove(key: string, options: CallOptions = {}): Promise<void> {
    const name = this.#name(key);
    const { signal } = options;
    const traits = await this.#bucket.traits(signal);
    await this.#explained(() => this.#versions.remove(traits, name, signal), signal);
  }

  async retentionProblem(options: CallOptions = {}): Promise<string | undefined> {
    return whyNoRetention(this.#location.bucket, await this.#bucket.traits(options.signal));
  }

  classify(error: unknown): StoreErrorKind {
    return classifyGcsError(error);
  }

  async close(): Promise<void> {
    this.#calls.close();
  }

  async #send(
    key: string,
    write: WriteRequest,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    { size, signal }: PutOptions,
  ): Promise<Sent> {
    if (body instanceof Uint8Array && body.length <= pieceBytes) {
      const checksum = this.#calls.newChecksum();
      checksum.update(body);
      const crc32c = checksum.value();
      const stored = await this.#calls.insert(write, body, crc32c, signal);
      return { stored, size: body.length, crc32c };
    }
    const stream = body instanceof Uint8Array ? inOnePiece(body) : body;
    const known = body instanceof Uint8Array ? body.length : size;
    const exact = exactBody(stream, { key, size: known });
    const options = { size: known, limits: this.#tuning, signal };
    return this.#uploads.take(() => uploadStream(this.#calls, write, exact, options), signal);
  }

  /** Did the very bytes arrive, and are they encrypted as was asked? Else the object is removed again. */
  async #checked(key: string, write: WriteRequest, { stored, size, crc32c }: Sent): Promise<ObjectInfo> {
    const problem = problemOf(key, write, { size, crc32c }, stored);
    if (problem === undefined) return infoOf(key, stored);
    try {
      if (stored.generation === undefined) throw new TypeError('the server gave the object no generation');
      await this.#calls.deleteObject(write.name, stored.generation);
    } catch {
      throw notWithdrawn(key, problem);
    }
    throw problem;
  }

  async #explained<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      throw explained(error, this.#location);
    }
  }

  async #nothingOf(key: string, options: CallOptions): Promise<AsyncIterable<Uint8Array>> {
    if ((await this.stat(key, options)) !== undefined) return noBytes();
    throw new GcsError('notFound', `there is no such object [key=${key}]`, 404);
  }

  #name(key: string): string {
    const problem = keyProblem(key);
    if (problem !== undefined) throw refused(`an object cannot have this name: ${problem}`, key);
    return this.#location.prefix + key;
  }
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  // Nothing to give.
}
