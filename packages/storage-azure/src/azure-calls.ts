import type { Retention } from '@cxvault/plugin-api';

/** What the driver needs of an SDK: single calls, no policy. Each throws the SDK's own error. */
export interface AzureCalls {
  /** Looks at the container itself: has it version-level immutability, that is, can its blobs be locked one by one? */
  locksBlobs(signal?: AbortSignal): Promise<boolean>;
  /** Writes a blob in one piece, whose MD5 the server checks. */
  putBlob(write: WriteRequest, body: Uint8Array, signal?: AbortSignal): Promise<Written>;
  /** Brings one block, whose MD5 the server checks. It is no part of any blob until it is committed. */
  stageBlock(write: WriteRequest, id: string, block: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** Makes the blob of its blocks, at once. */
  commitBlocks(write: WriteRequest, ids: readonly string[]): Promise<Written>;
  /** The blocks that the blob consists of, none for one that was written in one piece. Throws when there is no blob. */
  committedBlocks(name: string): Promise<readonly string[]>;
  getBlob(name: string, range: BlobRange | undefined, signal?: AbortSignal): Promise<Content>;
  headBlob(name: string, signal?: AbortSignal): Promise<Found>;
  /** With an `etag` only the very blob that has it. */
  deleteBlob(name: string, etag: string | undefined, signal?: AbortSignal): Promise<void>;
  listPage(page: PageRequest, signal?: AbortSignal): Promise<Page>;
  /** Breaks off what is still under way, bodies that nobody reads to their end among it. */
  close(): void;
}

export interface BlobRange {
  readonly offset: number;
  readonly length: number;
}

export interface WriteRequest {
  /** The blob's name in the container, prefix and all. */
  readonly name: string;
  readonly contentType: string;
  readonly encryptionScope: string | undefined;
  readonly retention: Retention | undefined;
  /** Send `If-None-Match: *`. */
  readonly ifAbsent: boolean;
}

export interface Written {
  readonly etag: string | undefined;
  /** MD5 of the whole content, base64, of a blob that was written in one piece. */
  readonly md5: string | undefined;
  readonly modifiedAt: Date | undefined;
  /** What the server says it encrypted with. */
  readonly encryptionScope: string | undefined;
}

export interface Found {
  readonly size: number;
  readonly modifiedAt: Date;
  readonly etag: string | undefined;
  readonly encryptionScope: string | undefined;
  /** MD5 of the whole content, base64; kept for what was written in one piece. */
  readonly md5: string | undefined;
  readonly retention: Retention | undefined;
  readonly legalHold: boolean;
  /** The server's clock. */
  readonly now: Date;
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
  readonly token: string | undefined;
}

export interface Page {
  readonly blobs: readonly ListedBlob[];
  /** For the next page; undefined on the last one. */
  readonly token: string | undefined;
}

export interface ListedBlob {
  readonly name: string;
  readonly size: number;
  readonly modifiedAt: Date;
  readonly md5: string | undefined;
  /** A directory of an account with hierarchical namespace, which lists those too. */
  readonly folder: boolean;
}

/** Time limits and sizes; tests shorten them. */
export interface Tuning {
  /** Milliseconds for the answer to a short request, its second attempt included. */
  readonly answerMs: number;
  /** Milliseconds for a request that brings a block or a blob, further attempts included. */
  readonly blockMs: number;
  /** Milliseconds without a byte of a body that is read. */
  readonly idleMs: number;
  /**
   * Attempts for one request, the first included. More for blocks: a stream cannot be sent again as a whole. A
   * creation in one piece has one attempt: whether an earlier one was carried out only its caller could tell.
   */
  readonly attempts: number;
  readonly blockAttempts: number;
  /** Milliseconds before the third attempt; doubles for each further one. The second comes at once. */
  readonly retryMs: number;
  /** Blobs asked for in one page. */
  readonly pageSize: number;
}

export const defaultTuning: Tuning = {
  answerMs: 60_000,
  blockMs: 300_000, // 5 MiB over 200 kbit/s
  idleMs: 60_000,
  attempts: 2,
  blockAttempts: 4,
  retryMs: 500,
  pageSize: 1000,
};
