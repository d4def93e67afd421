import {
  answersRange,
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

import type { AzureCalls, Found, ListedBlob, WriteRequest, Written } from './azure-calls.ts';
import {
  AzureStoreError,
  classifyAzureError,
  httpStatus,
  notWithdrawn,
  scopeIgnored,
  unordered,
} from './azure-errors.ts';
import type { AzureLocation } from './azure-location.ts';
import { blockBytes, uploadStream } from './block-upload.ts';
import type { Sent } from './block-upload.ts';
import { explained } from './explain.ts';
import { protectionOf } from './protection.ts';

/** Each upload holds two blocks in memory. */
const uploadsAtOnce = 2;

/** A container, or a folder in one, of Azure Blob Storage. All policy, no SDK. */
export class AzureStore implements ObjectStore {
  readonly capabilities: StoreCapabilities = {
    createIfAbsent: true,
    retention: true,
    serverChecksum: 'md5',
  };
  readonly #calls: AzureCalls;
  readonly #location: AzureLocation;
  readonly #uploads = new Turns(uploadsAtOnce);
  /** Undefined until the container was looked at; true also where the login may not look. */
  #locksBlobs: boolean | undefined;

  constructor(calls: AzureCalls, location: AzureLocation) {
    this.#calls = calls;
    this.#location = location;
  }

  async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    const name = this.#name(key);
    const { signal, size } = options;
    requireSize(body, { key, size });
    signal?.throwIfAborted();
    if (!options.ifAbsent) await this.#requireUnprotected(key, signal);
    const write: WriteRequest = {
      name,
      contentType: options.contentType ?? 'application/octet-stream',
      encryptionScope: this.#location.encryptionScope,
      retention: options.retention,
      ifAbsent: options.ifAbsent ?? false,
    };
    return this.#explained(async () => {
      const { size: sent, written } = await this.#send(key, write, body, options);
      return this.#checked(key, write, sent, written);
    }, signal);
  }

  async get(key: string, options: GetOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const name = this.#name(key);
    const { range, signal } = options;
    signal?.throwIfAborted();
    if (range !== undefined && range.length <= 0) return this.#nothingOf(key, options);
    try {
      const content = await this.#explained(() => this.#calls.getBlob(name, range, signal), signal);
      if (!answersRange(range, content)) {
        content.discard();
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
    return found && { ...infoOf(key, found), ...(found.retention && { retention: found.retention }) };
  }

  list(
    prefix: string,
    options: CallOptions & { readonly startAfter?: string } = {},
  ): AsyncIterable<ObjectInfo> {
    const { container, prefix: root } = this.#location;
    // Azure begins a list at a prefix only: what comes before `startAfter` is passed over.
    return listInOrder(this.#pages(prefix, options.signal), {
      ...options,
      root,
      infoOf,
      unordered: (key, before) => unordered(container, key, before),
    });
  }

  async remove(key: string, options: CallOptions = {}): Promise<void> {
    const name = this.#name(key);
    const { signal } = options;
    await this.#requireUnprotected(key, signal);
    try {
      await this.#explained(() => this.#calls.deleteBlob(name, undefined, signal), signal);
    } catch (error) {
      if (classifyAzureError(error) !== 'not-found') throw error;
    }
  }

  async retentionProblem({ signal }: CallOptions = {}): Promise<string | undefined> {
    if (await this.#canLock(signal)) return undefined;
    return `the container ${this.#location.container} has no version-level immutability`;
  }

  classify(error: unknown): StoreErrorKind {
    return classifyAzureError(error);
  }

  async close(): Promise<void> {
    this.#calls.close();
  }

  async *#pages(prefix: string, signal: AbortSignal | undefined): AsyncGenerator<readonly ListedBlob[]> {
    // No key begins so.
    if (keyProblem(`${prefix}x`) !== undefined) return;
    let token: string | undefined;
    do {
      signal?.throwIfAborted();
      const request = { prefix: this.#location.prefix + prefix, token };
      const page = await this.#explained(() => this.#calls.listPage(request, signal), signal);
      yield page.blobs.filter(({ folder }) => !folder);
      ({ token } = page);
    } while (token !== undefined);
  }

  async #send(
    key: string,
    write: WriteRequest,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    { size, signal }: PutOptions,
  ): Promise<Sent> {
    if (body instanceof Uint8Array && body.length <= blockBytes) {
      return { size: body.length, written: await this.#calls.putBlob(write, body, signal) };
    }
    const stream = body instanceof Uint8Array ? inOnePiece(body) : body;
    const known = body instanceof Uint8Array ? body.length : size;
    const exact = exactBody(stream, { key, size: known });
    return this.#uploads.take(() => uploadStream(this.#calls, write, exact, { size: known, signal }), signal);
  }

  /** Is it encrypted as was asked for? If the server took the scope and ignored it, the object is removed again. */
  async #checked(key: string, write: WriteRequest, size: number, written: Written): Promise<ObjectInfo> {
    const { name, encryptionScope } = write;
    if (encryptionScope !== undefined && written.encryptionScope !== encryptionScope) {
      const error = scopeIgnored(key);
      throw (await this.#withdraw(name, written)) ? error : notWithdrawn(key, error);
    }
    return infoOf(key, { size, modifiedAt: written.modifiedAt ?? new Date(), md5: written.md5 });
  }

  /** Removes what was just written, and only that. False when it did not work. */
  async #withdraw(name: string, { etag }: Written): Promise<boolean> {
    if (etag === undefined) return false;
    return this.#calls.deleteBlob(name, etag).then(
      () => true,
      () => false,
    );
  }

  /**
   * Where blobs can be locked, Azure keeps versions: it replaces a locked blob, the lock staying with the version
   * before (Azure Storage: "Version-level WORM policies", "Scenarios"). An archive would then show another object in
   * its place, so it is refused here. Containers that are locked as a whole refuse by themselves.
   */
  async #requireUnprotected(key: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (!(await this.#canLock(signal))) return;
    const found = await this.#find(key, signal);
    const protection = found && protectionOf(key, found);
    if (protection !== undefined) throw protection;
  }

  async #canLock(signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#locksBlobs !== undefined) return this.#locksBlobs;
    try {
      this.#locksBlobs = await this.#explained(() => this.#calls.locksBlobs(signal), signal);
    } catch (error) {
      // Many logins may use a container's blobs but not look at the container itself.
      if (classifyAzureError(error) !== 'denied') throw error;
      this.#locksBlobs = true;
    }
    return this.#locksBlobs;
  }

  async #find(key: string, signal: AbortSignal | undefined): Promise<Found | undefined> {
    const name = this.#name(key);
    signal?.throwIfAborted();
    try {
      return await this.#explained(() => this.#calls.headBlob(name, signal), signal);
    } catch (error) {
      if (classifyAzureError(error) !== 'not-found') throw error;
      return undefined;
    }
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
    throw new AzureStoreError('BlobNotFound', `there is no such object [key=${key}]`);
  }

  #name(key: string): string {
    requireKey(key);
    return this.#location.prefix + key;
  }
}

function brokenOff(message: string, cause: unknown): AzureStoreError {
  return new AzureStoreError('IncompleteBody', message, cause);
}

function infoOf(key: string, found: Pick<Found, 'size' | 'modifiedAt' | 'md5'>): ObjectInfo {
  const { size, modifiedAt, md5 } = found;
  return { key, size, modifiedAt, ...(md5 && { checksum: { kind: 'md5', base64: md5 } }) };
}
