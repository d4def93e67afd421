import {
  answersRange,
  exactBody,
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

import { lockProblem } from './bucket-lock.ts';
import { ObjectVersions } from './object-versions.ts';
import { partBytes, partBytesFor, pieces } from './parts.ts';
import type { Found, Page, S3Calls, WriteRequest, Written } from './s3-calls.ts';
import {
  bucketMissing,
  classifyS3Error,
  httpStatus,
  isNoSuchBucket,
  notEncrypted,
  S3StoreError,
  unordered,
  withReason,
} from './s3-errors.ts';
import { isAmazon } from './s3-location.ts';
import type { S3Location } from './s3-location.ts';
import { probeWrites } from './write-probe.ts';

/** Each upload holds two or three parts in memory. */
const uploadsAtOnce = 2;

/** A bucket, or a folder in one, of Amazon S3 or of a server that speaks its protocol. All policy, no SDK. */
export class S3Store implements ObjectStore {
  /**
   * `createIfAbsent` is true until the first write has shown that the server replaces objects in spite of
   * `If-None-Match`. From then on `ifAbsent` means a look before the write: better than nothing, not atomic.
   */
  readonly capabilities: StoreCapabilities;
  readonly #calls: S3Calls;
  readonly #location: S3Location;
  readonly #uploads = new Turns(uploadsAtOnce);
  readonly #versions: ObjectVersions;
  #createIfAbsent = true;
  #prepared: Promise<void> | undefined;
  #bucketSeen = false;

  constructor(calls: S3Calls, location: S3Location) {
    this.#calls = calls;
    this.#location = location;
    this.#versions = new ObjectVersions(calls, (key, signal) => this.#find(key, signal));
    const createIfAbsent = () => this.#createIfAbsent;
    this.capabilities = {
      get createIfAbsent() {
        return createIfAbsent();
      },
      retention: true,
      serverChecksum: 'sha256',
    };
  }

  async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    const name = this.#name(key);
    const { signal, size, ifAbsent = false } = options;
    signal?.throwIfAborted();
    requireSize(body, { key, size });
    await this.#prepare(signal);
    if (ifAbsent && !this.#createIfAbsent && (await this.stat(key, options)) !== undefined) {
      throw new S3StoreError('PreconditionFailed', `the object exists already [key=${key}]`);
    }
    const replaced = ifAbsent ? undefined : await this.#versions.replaced(key, signal);
    const write: WriteRequest = {
      name,
      contentType: options.contentType ?? 'application/octet-stream',
      encryption: this.#location.encryption,
      ifAbsent: ifAbsent && this.#createIfAbsent,
      retention: options.retention,
    };
    const { info, answer } = await this.#explained(() => this.#write(key, write, body, options));
    await this.#versions.drop(name, replaced, answer);
    return info;
  }

  async get(key: string, options: GetOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const name = this.#name(key);
    const { range, signal } = options;
    signal?.throwIfAborted();
    if (range !== undefined && range.length <= 0) return this.#nothingOf(key, options);
    const asked = range && `bytes=${range.offset}-${range.offset + range.length - 1}`;
    try {
      const content = await this.#explained(() => this.#calls.getObject(name, asked, signal));
      if (!answersRange(range, content)) {
        await content.body[Symbol.asyncIterator]().return?.();
        throw refused('the server does not give ranges of objects', key);
      }
      return wholeBody(content.body, { key, size: content.size }, brokenOff, signal);
    } catch (error) {
      if (httpStatus(error) === 416) return noBytes();
      throw error;
    }
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    const found = await this.#find(key, options.signal);
    return found && infoOf(key, found);
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
    options.signal?.throwIfAborted();
    try {
      await this.#explained(() => this.#versions.remove(key, name, options.signal));
    } catch (error) {
      if (classifyS3Error(error) !== 'not-found') throw error;
      await this.#requireBucket(options.signal);
    }
  }

  async retentionProblem(options: CallOptions = {}): Promise<string | undefined> {
    options.signal?.throwIfAborted();
    await this.#requireBucket(options.signal);
    return this.#explained(() => lockProblem(this.#calls, options.signal));
  }

  classify(error: unknown): StoreErrorKind {
    return classifyS3Error(error);
  }

  async close(): Promise<void> {
    this.#calls.close();
  }

  async *#pages(
    prefix: string,
    { startAfter, signal }: CallOptions & { readonly startAfter?: string },
  ): AsyncGenerator<Page['objects']> {
    // No key begins so, and some servers refuse to look for it.
    if (keyProblem(`${prefix}x`) !== undefined) return;
    const root = this.#location.prefix;
    let last = startAfter ? root + startAfter : undefined;
    let token: string | undefined;
    for (;;) {
      signal?.throwIfAborted();
      const request = { prefix: root + prefix, startAfter: last, token };
      const page = await this.#explained(() => this.#calls.listPage(request, signal));
      yield page.objects;
      last = page.objects.at(-1)?.name ?? last;
      token = page.token;
      // MinIO has been seen to call a full page the last one though there was more: that is worth one more request.
      if (token === undefined && !page.full) return;
    }
  }

  async #write(
    key: string,
    write: WriteRequest,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    { size, signal }: PutOptions,
  ): Promise<{ readonly info: ObjectInfo; readonly answer: Written }> {
    if (body instanceof Uint8Array && body.length <= partBytes) {
      const answer = await this.#calls.putObject({ ...write, body }, signal);
      return { info: this.#written(key, body.length, answer), answer };
    }
    const known = body instanceof Uint8Array ? body.length : size;
    let sent = 0;
    const counted = exactBody(
      body instanceof Uint8Array ? pieces(body) : body,
      { key, size: known },
      (bytes) => {
        sent = bytes;
      },
    );
    const upload = { ...write, body: counted, partBytes: partBytesFor(known) };
    const answer = await this.#uploads.take(() => this.#calls.upload(upload, signal), signal);
    return { info: this.#written(key, sent, answer), answer };
  }

  #written(key: string, size: number, answer: Written): ObjectInfo {
    this.#versions.note(answer);
    const { bucket, encryption } = this.#location;
    if (encryption?.required && answer.encryption !== encryption.kind)
      throw notEncrypted(bucket, encryption.kind);
    return infoOf(key, { size, modifiedAt: this.#calls.now(), sha256: answer.sha256 });
  }

  async #find(key: string, signal?: AbortSignal): Promise<Found | undefined> {
    const name = this.#name(key);
    signal?.throwIfAborted();
    try {
      const found = await this.#explained(() => this.#calls.headObject(name, signal));
      this.#versions.note(found);
      return found;
    } catch (error) {
      if (classifyS3Error(error) !== 'not-found') throw error;
      // An answer to HEAD has no body that could tell a missing object from a missing bucket.
      await this.#requireBucket(signal);
      return undefined;
    }
  }

  /** Before the first write: is there a bucket, whose server is it, and what does it do with a write? */
  async #prepare(signal?: AbortSignal): Promise<void> {
    this.#prepared ??= this.#examine();
    const prepared = this.#prepared;
    try {
      await prepared;
    } catch (error) {
      if (this.#prepared === prepared) this.#prepared = undefined;
      throw error;
    }
    signal?.throwIfAborted();
  }

  /** Shared by all who wait to write, and so not ended by the signal of any. */
  async #examine(): Promise<void> {
    await this.#requireBucket();
    if (isAmazon(this.#calls.host())) return;
    const found = await this.#explained(() => probeWrites(this.#calls, this.#location));
    this.#createIfAbsent = found.createIfAbsent;
    this.#versions.note(found);
  }

  async #requireBucket(signal?: AbortSignal): Promise<void> {
    if (this.#bucketSeen) return;
    try {
      await this.#calls.headBucket(signal);
    } catch (error) {
      if (httpStatus(error) === 404) throw bucketMissing(this.#location.bucket, error);
      // Many logins may use a bucket's objects but not look at the bucket itself.
      if (classifyS3Error(error) !== 'denied') throw error;
    }
    this.#bucketSeen = true;
  }

  async #explained<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw isNoSuchBucket(error) ? bucketMissing(this.#location.bucket, error) : withReason(error);
    }
  }

  async #nothingOf(key: string, options: CallOptions): Promise<AsyncIterable<Uint8Array>> {
    if ((await this.stat(key, options)) !== undefined) return noBytes();
    throw new S3StoreError('NoSuchKey', `there is no such object [key=${key}]`);
  }

  #name(key: string): string {
    requireKey(key);
    return this.#location.prefix + key;
  }
}

function brokenOff(message: string, cause: unknown): S3StoreError {
  return new S3StoreError('IncompleteBody', message, cause);
}

function infoOf(
  key: string,
  found: Pick<Found, 'size' | 'modifiedAt'> & Partial<Pick<Found, 'sha256' | 'retention'>>,
): ObjectInfo {
  const { size, modifiedAt, sha256, retention } = found;
  return {
    key,
    size,
    modifiedAt,
    ...(sha256 && { checksum: { kind: 'sha256', base64: sha256 } }),
    ...(retention && { retention }),
  };
}
