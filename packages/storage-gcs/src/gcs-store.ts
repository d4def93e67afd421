import {
  answersRange,
  compareKeys,
  exactBody,
  inOnePiece,
  keyProblem,
  listInOrder,
  noBytes,
  refused,
  requireKey,
  requireSize,
  Turns,
  wholeBody,
} from '@cxvault/plugin-api';
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
import type { GcsCalls, StoredObject, Tuning, WriteRequest } from './gcs-calls.ts';
import { classifyGcsError, GcsError, notWithdrawn, reasonOf, unordered } from './gcs-errors.ts';
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
    requireSize(body, { key, size });
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
      if (!answersRange(range, content)) {
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

  list(
    prefix: string,
    options: CallOptions & { readonly startAfter?: string } = {},
  ): AsyncIterable<ObjectInfo> {
    const { bucket, prefix: root } = this.#location;
    return listInOrder(this.#pages(prefix, options), {
      ...options,
      root,
      infoOf,
      unordered: (key, before) => unordered(bucket, key, before),
    });
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

  async *#pages(
    prefix: string,
    { startAfter = '', signal }: CallOptions & { readonly startAfter?: string },
  ): AsyncGenerator<readonly StoredObject[]> {
    // No key begins so.
    if (keyProblem(`${prefix}x`) !== undefined) return;
    await this.#bucket.traits(signal);
    const root = this.#location.prefix;
    // Google begins with the very name that it is given.
    const startAt = compareKeys(startAfter, prefix) > 0 ? root + startAfter : undefined;
    let token: string | undefined;
    do {
      const request = { prefix: root + prefix, startAt, token, limit: this.#tuning.pageSize };
      const page = await this.#explained(() => this.#calls.listPage(request, signal), signal);
      yield page.objects;
      ({ token } = page);
    } while (token !== undefined);
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
    requireKey(key);
    return this.#location.prefix + key;
  }
}
