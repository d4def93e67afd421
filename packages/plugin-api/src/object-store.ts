/** What a store can check of an upload by itself, and keeps for later (`stat` gives it as `checksum`). */
export type ChecksumKind = 'sha256' | 'crc32c' | 'crc64nvme' | 'md5';

/**
 * Until when an object may be neither replaced nor removed. `compliance`: by nobody, and the time can only be made
 * later; `governance`: by none but logins with a right of their own for it.
 */
export interface Retention {
  readonly mode: 'governance' | 'compliance';
  /** Stores keep whole seconds: a fraction may be cut off. */
  readonly until: Date;
}

/** What a store knows of one object. */
export interface ObjectInfo {
  /** The name, relative to the archive's prefix. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** When the object was written, by the store's clock. */
  readonly modifiedAt: Date;
  /** The store's own checksum of the whole content, where it keeps one. */
  readonly checksum?: { readonly kind: ChecksumKind; readonly base64: string };
  /** As the store keeps it, not as it was asked for; given by `stat` alone, and only for objects that have it. */
  readonly retention?: Retention;
}

export interface StoreCapabilities {
  /** `put` with `ifAbsent` is atomic: of many at once, exactly one succeeds. */
  readonly createIfAbsent: boolean;
  /**
   * `put` takes `retention`, sets it together with the object, and `stat` gives it back. Until it ends, `put` and
   * `remove` of that object throw a `denied` error, and no way of the store's own (such as deleting one version) does
   * better.
   */
  readonly retention: boolean;
  /** The checksum that the store verifies on upload; null if none. */
  readonly serverChecksum: ChecksumKind | null;
}

export interface CallOptions {
  /** Ends the call early; what was begun leaves no object behind. */
  readonly signal?: AbortSignal;
}

export interface PutOptions extends CallOptions {
  /** Fail with an `exists` error when there is an object of this name. */
  readonly ifAbsent?: boolean;
  readonly contentType?: string;
  readonly retention?: Retention;
  /** The number of bytes that will come, where it is known: a body of another length is refused. */
  readonly size?: number;
}

export interface GetOptions extends CallOptions {
  /** Bytes [offset, offset + length); a range that reaches past the end gives what is there. */
  readonly range?: { readonly offset: number; readonly length: number };
}

/** Why a call failed, as far as a caller must know to decide what to do. */
export type StoreErrorKind =
  'not-found' | 'exists' | 'denied' | 'full' | 'throttled' | 'transient' | 'permanent';

/**
 * An object store under one prefix. Keys are relative, `/`-separated, without `.` or `..` parts.
 *
 * Calls may run at once, in any number. No method retries beyond what its SDK does for one request: retry is a
 * decorator around the store. Every method throws the SDK's own error; {@link ObjectStore.classify} explains it.
 */
export interface ObjectStore {
  readonly capabilities: StoreCapabilities;

  /**
   * Writes one object, whole or not at all: a body that fails, a length that is not `size`, or an abort leaves
   * no object and no part of one. Replaces an existing object unless `ifAbsent`. An async iterable is read once,
   * with back-pressure; complete bytes may be sent again by the caller.
   */
  put(key: string, body: Uint8Array | AsyncIterable<Uint8Array>, options?: PutOptions): Promise<ObjectInfo>;

  /** The object's bytes as a stream. Rejects with a `not-found` error before the first byte. */
  get(key: string, options?: GetOptions): Promise<AsyncIterable<Uint8Array>>;

  /** What is known of the object; undefined when there is none. */
  stat(key: string, options?: CallOptions): Promise<ObjectInfo | undefined>;

  /** The objects whose key starts with `prefix`, each once, in the order of their keys' UTF-8 bytes. */
  list(prefix: string, options?: CallOptions & { readonly startAfter?: string }): AsyncIterable<ObjectInfo>;

  /** Removes an object. Absent is no error, so that it may be called twice. */
  remove(key: string, options?: CallOptions): Promise<void>;

  /**
   * Why the store would not keep a retention, as far as it can be known without writing: such as a bucket that was
   * made without it. Undefined when nothing speaks against it, or when the login may not look. A store with
   * `capabilities.retention` has this method where its containers can lack what the service has.
   */
  retentionProblem?(options?: CallOptions): Promise<string | undefined>;

  /** Why a call of this store failed. Anything unknown is `permanent`. */
  classify(error: unknown): StoreErrorKind;

  /** Frees connections. No call may follow. */
  close(): Promise<void>;
}
