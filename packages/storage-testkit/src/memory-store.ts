import { compareKeys, isCxvaultError, refused, requireKey } from '@cxvault/plugin-api';
import type {
  CallOptions,
  GetOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  Retention,
  StoreCapabilities,
  StoreErrorKind,
} from '@cxvault/plugin-api';

interface Stored {
  readonly bytes: Uint8Array;
  readonly modifiedAt: Date;
  readonly retention: Retention | undefined;
}

/** 64 KiB: small enough that readers meet several chunks, as they do with real stores. */
const chunkBytes = 65_536;

const reasons = {
  'not-found': 'there is no such object',
  exists: 'the object exists already',
  denied: 'the object is retained',
};

/** What {@link MemoryStore} throws for an object that is not there, already is, or must stay as it is. */
export class MemoryStoreError extends Error {
  readonly kind: keyof typeof reasons;

  constructor(kind: keyof typeof reasons, key: string) {
    super(`${reasons[kind]} [key=${key}]`);
    this.name = 'MemoryStoreError';
    this.kind = kind;
  }
}

/**
 * An object store in memory, for tests: keeps every promise of the contract, and nothing beyond the process.
 * `now` gives the time in milliseconds that objects are stamped with, and by which their retention ends.
 */
export class MemoryStore implements ObjectStore {
  readonly capabilities: StoreCapabilities = { createIfAbsent: true, retention: true, serverChecksum: null };
  readonly #objects = new Map<string, Stored>();
  readonly #now: () => number;

  constructor(options: { readonly now?: () => number } = {}) {
    this.#now = options.now ?? Date.now;
  }

  async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    requireKey(key);
    const bytes = await collect(key, body, options);
    options.signal?.throwIfAborted();
    // From here on nothing waits: of many creators at once, exactly one finds the name free.
    if (options.ifAbsent === true && this.#objects.has(key)) throw new MemoryStoreError('exists', key);
    this.#refuseRetained(key);
    const stored = { bytes, modifiedAt: new Date(this.#now()), retention: wholeSeconds(options.retention) };
    this.#objects.set(key, stored);
    return infoOf(key, stored);
  }

  async get(key: string, options: GetOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    requireKey(key);
    options.signal?.throwIfAborted();
    const stored = this.#objects.get(key);
    if (stored === undefined) throw new MemoryStoreError('not-found', key);
    const { offset, length } = options.range ?? { offset: 0, length: stored.bytes.length };
    return chunksOf(stored.bytes.subarray(offset, offset + length), options.signal);
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    requireKey(key);
    options.signal?.throwIfAborted();
    const stored = this.#objects.get(key);
    if (stored === undefined) return undefined;
    return { ...infoOf(key, stored), ...(stored.retention && { retention: stored.retention }) };
  }

  async *list(
    prefix: string,
    options: CallOptions & { readonly startAfter?: string } = {},
  ): AsyncIterable<ObjectInfo> {
    const after = options.startAfter ?? '';
    for (const key of [...this.#objects.keys()].sort(compareKeys)) {
      options.signal?.throwIfAborted();
      if (!key.startsWith(prefix) || compareKeys(key, after) <= 0) continue;
      // Given to the caller one by one, as a real store would: what is removed meanwhile is gone.
      const stored = this.#objects.get(key);
      if (stored !== undefined) yield infoOf(key, stored);
    }
  }

  async remove(key: string, options: CallOptions = {}): Promise<void> {
    requireKey(key);
    options.signal?.throwIfAborted();
    this.#refuseRetained(key);
    this.#objects.delete(key);
  }

  classify(error: unknown): StoreErrorKind {
    if (error instanceof MemoryStoreError) return error.kind;
    return isCxvaultError(error) && error.code === 'STORE_FULL' ? 'full' : 'permanent';
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }

  #refuseRetained(key: string): void {
    const retention = this.#objects.get(key)?.retention;
    if (retention !== undefined && retention.until.getTime() > this.#now())
      throw new MemoryStoreError('denied', key);
  }
}

/** As the stores of the clouds keep it. */
function wholeSeconds(retention: Retention | undefined): Retention | undefined {
  if (retention === undefined) return undefined;
  return { ...retention, until: new Date(Math.floor(retention.until.getTime() / 1000) * 1000) };
}

function infoOf(key: string, stored: Stored): ObjectInfo {
  return { key, size: stored.bytes.length, modifiedAt: stored.modifiedAt };
}

async function collect(
  key: string,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  { size, signal }: PutOptions,
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  const chunks: Uint8Array[] = [];
  if (body instanceof Uint8Array) chunks.push(body);
  else {
    for await (const chunk of body) {
      signal?.throwIfAborted();
      chunks.push(chunk);
    }
  }
  const bytes = Uint8Array.from(Buffer.concat(chunks));
  if (size === undefined || size === bytes.length) return bytes;
  throw refused(`the body has ${bytes.length} bytes, not ${size}`, key);
}

async function* chunksOf(bytes: Uint8Array, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    signal?.throwIfAborted();
    yield Uint8Array.from(bytes.subarray(at, at + chunkBytes));
  }
}
