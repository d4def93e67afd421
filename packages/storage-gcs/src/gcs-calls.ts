import type { Retention, Secret } from '@cxvault/plugin-api';

/** What the driver needs of an SDK: single requests, no policy. Each throws a `GcsError`. */
export interface GcsCalls {
  /** Looks at the bucket itself. */
  lookAtBucket(): Promise<BucketTraits>;
  /** Writes an object with one request; the server refuses bytes that are not of this CRC32C. */
  insert(write: WriteRequest, body: Uint8Array, crc32c: string, signal?: AbortSignal): Promise<StoredObject>;
  /** Begins a resumable upload. There is no object before the last piece. */
  begin(write: WriteRequest, signal?: AbortSignal): Promise<UploadSession>;
  send(session: UploadSession, piece: Piece, signal?: AbortSignal): Promise<Progress>;
  /** How far an upload has come. */
  ask(session: UploadSession): Promise<Progress>;
  /** Ends an upload that is not to be finished. */
  cancel(session: UploadSession): Promise<void>;
  getObject(name: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<Content>;
  statObject(name: string, signal?: AbortSignal): Promise<StoredObject>;
  /** With a `generation` that very version, for good, also where the bucket keeps versions. */
  deleteObject(name: string, generation: string | undefined, signal?: AbortSignal): Promise<void>;
  listPage(page: PageRequest, signal?: AbortSignal): Promise<Page>;
  newChecksum(): Checksum;
  /** Breaks off what is still under way, bodies that nobody reads to their end among it. */
  close(): void;
}

export interface BucketTraits {
  /** Objects can be locked one by one. */
  readonly retention: boolean;
  /** The bucket locks every object for a while, whatever was asked for. */
  readonly retentionPolicy: boolean;
  /** What is replaced or removed is kept as a version, unless the version itself is removed. */
  readonly versioning: boolean;
}

export interface WriteRequest {
  /** The object's name in the bucket, prefix and all. */
  readonly name: string;
  readonly contentType: string;
  readonly kmsKey: string | undefined;
  readonly retention: Retention | undefined;
  /** Send `ifGenerationMatch=0`. */
  readonly ifAbsent: boolean;
}

/** An object as Google describes it. */
export interface StoredObject {
  readonly name: string;
  readonly size: number;
  readonly modifiedAt: Date;
  /** Tells the versions of an object apart. */
  readonly generation: string | undefined;
  /** Of the whole content, base64. */
  readonly crc32c: string | undefined;
  /** The key, and its version, that the content is encrypted with; undefined: Google's own. */
  readonly kmsKey: string | undefined;
  readonly retention: Retention | undefined;
}

/** The address of an upload: who has it may write, so it is never shown. */
export type UploadSession = Secret;

export interface Piece {
  readonly bytes: Uint8Array;
  /** Where in the object it begins. */
  readonly offset: number;
  /** Makes the object: given with its last piece only. */
  readonly end: { readonly size: number; readonly crc32c: string } | undefined;
}

/** The object when the upload is done, else how many of its bytes the server has. */
export type Progress =
  | { readonly done: StoredObject; readonly received?: undefined }
  | { readonly done?: undefined; readonly received: number };

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export interface Content {
  /** The bytes of the HTTP answer, to be read once. Read to its end, given up or discarded it frees a connection. */
  readonly body: AsyncIterable<Uint8Array>;
  readonly discard: () => void;
  /** From the answer's header: how many bytes must come. */
  readonly size: number | undefined;
  /** The answer's `Content-Range`. */
  readonly range: string | undefined;
}

export interface PageRequest {
  readonly prefix: string;
  /** Where the list begins, this very name included. */
  readonly startAt: string | undefined;
  readonly token: string | undefined;
  /** At most so many objects. */
  readonly limit: number;
}

export interface Page {
  readonly objects: readonly StoredObject[];
  /** For the next page; undefined on the last one. */
  readonly token: string | undefined;
}

/** Gathers the CRC32C of what passes. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** Base64, as Google writes it. */
  value(): string;
}

/** Time limits and sizes; tests shorten them. */
export interface Tuning {
  /** Milliseconds for the answer to a short request. */
  readonly answerMs: number;
  /** Milliseconds for a request that brings an object or a piece of one. */
  readonly pieceMs: number;
  /** Milliseconds without a byte of a body that is read. */
  readonly idleMs: number;
  /**
   * Attempts for each request of a resumable upload, the first included: a stream cannot be sent again as a whole.
   * All else is asked for once.
   */
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubles for each further one. */
  readonly retryMs: number;
  /** Objects asked for in one page. */
  readonly pageSize: number;
}

export const defaultTuning: Tuning = {
  answerMs: 60_000,
  pieceMs: 300_000, // 5 MiB over 200 kbit/s
  idleMs: 60_000,
  attempts: 4,
  retryMs: 500,
  pageSize: 1000,
};
