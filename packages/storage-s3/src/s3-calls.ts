import type { Retention } from '@cxvault/plugin-api';

/** What the driver needs of an SDK: single calls, no policy. Each throws the SDK's own error. */
export interface S3Calls {
  putObject(write: WriteRequest & { readonly body: Uint8Array }, signal?: AbortSignal): Promise<Written>;
  /** Sends the stream in parts; a failure or an abort leaves neither an object nor parts. */
  upload(
    write: WriteRequest & { readonly body: AsyncIterable<Uint8Array>; readonly partBytes: number },
    signal?: AbortSignal,
  ): Promise<Written>;
  /** `range`: as in HTTP, `bytes=0-9`. */
  getObject(name: string, range: string | undefined, signal?: AbortSignal): Promise<Content>;
  headObject(name: string, signal?: AbortSignal): Promise<Found>;
  headBucket(signal?: AbortSignal): Promise<void>;
  /** Without a version: where versions are kept, the server only hides the object. */
  deleteObject(name: string, version: string | undefined, signal?: AbortSignal): Promise<void>;
  /** What the bucket says of Object Lock; an `ObjectLockConfigurationNotFoundError` when it has none. */
  bucketLock(signal?: AbortSignal): Promise<BucketLock>;
  listPage(page: PageRequest, signal?: AbortSignal): Promise<Page>;
  /** Now, by the server's clock, as of its last answer's `Date`; ours before the first answer. */
  now(): Date;
  /** The host of the last request; undefined before the first. */
  host(): string | undefined;
  close(): void;
}

/** How the server is asked to encrypt objects at rest; undefined: not asked to. */
export type Encryption = ServerEncryption | undefined;

export interface ServerEncryption {
  readonly kind: 'AES256' | 'aws:kms';
  readonly keyId?: string | undefined;
  /** The user named it: a server that ignores it is an error then, and no success. */
  readonly required: boolean;
}

export interface WriteRequest {
  /** The object's name in the bucket, prefix and all. */
  readonly name: string;
  readonly contentType: string;
  readonly encryption: Encryption;
  /** Send `If-None-Match: *`. */
  readonly ifAbsent: boolean;
  readonly retention?: Retention | undefined;
}

export interface Written {
  /** What the server says it encrypted with. */
  readonly encryption: string | undefined;
  /** SHA-256 of the whole content, base64. */
  readonly sha256: string | undefined;
  /** Undefined where the bucket keeps no versions. */
  readonly version: string | undefined;
}

export interface Found {
  readonly size: number;
  readonly modifiedAt: Date;
  /** SHA-256 of the whole content, base64. */
  readonly sha256: string | undefined;
  /** Undefined where the bucket keeps no versions. */
  readonly version: string | undefined;
  /** Undefined also when the login may not see it. */
  readonly retention: Retention | undefined;
  readonly legalHold: boolean;
}

export interface BucketLock {
  readonly enabled: boolean;
  /** Every new object is retained, whether it is asked for or not. */
  readonly byDefault: boolean;
}

export interface Content {
  /** A stream of the HTTP answer; left unread it keeps a connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** From the answer's header: how many bytes must come. */
  readonly size: number | undefined;
  /** The answer's `Content-Range`. */
  readonly range: string | undefined;
}

export interface PageRequest {
  readonly prefix: string;
  readonly startAfter: string | undefined;
  readonly token: string | undefined;
}

export interface Page {
  readonly objects: readonly { readonly name: string; readonly size: number; readonly modifiedAt: Date }[];
  /** For the next page, by the server's own word; undefined on the last one. */
  readonly token: string | undefined;
  /** The page has as many objects as were asked for. */
  readonly full: boolean;
}

/** Time limits and sizes; tests shorten them. */
export interface Tuning {
  /** Milliseconds for a connection to be made. */
  readonly connectMs: number;
  /** Milliseconds without a byte either way. */
  readonly idleMs: number;
  /** Milliseconds from a request to its answer's header, upload of a part included. */
  readonly answerMs: number;
  /** Attempts for one request, the first included. More for parts: a stream cannot be sent again as a whole. */
  readonly attempts: number;
  readonly partAttempts: number;
  /** Milliseconds before an upload's removal is tried again; doubles each time. */
  readonly abortWaitMs: number;
  /** Objects asked for in one page. */
  readonly pageSize: number;
}

export const defaultTuning: Tuning = {
  connectMs: 10_000,
  idleMs: 60_000,
  answerMs: 300_000, // 5 MiB over 200 kbit/s
  attempts: 2,
  partAttempts: 4,
  abortWaitMs: 500,
  pageSize: 1000,
};
