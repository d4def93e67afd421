import { randomBytes } from 'node:crypto';

import { blocksOf } from '@cxvault/plugin-api';

import type { AzureCalls, WriteRequest, Written } from './azure-calls.ts';
import { AzureStoreError } from './azure-errors.ts';

/** 5 MiB, of which each upload holds two: one on its way, one that gathers. */
export const blockBytes = 5_242_880;

/** Azure: "Scalability and performance targets for Blob storage". */
const maxBlocks = 50_000;

/**
 * How large the blocks of an upload are, so that {@link maxBlocks} of them suffice. Where the length is not known
 * before there is room for 262 GB: larger blocks would cost memory in every upload.
 */
export function blockBytesFor(size: number | undefined): number {
  return Math.max(blockBytes, Math.ceil((size ?? 0) / maxBlocks));
}

/** A body that is known to be shorter than a block needs no buffer of one. */
function bufferBytesFor(size: number | undefined): number {
  return Math.max(1, Math.min(blockBytesFor(size), size ?? Infinity));
}

export interface Sent {
  readonly size: number;
  readonly written: Written;
}

/**
 * Sends a stream: block by block, which become a blob all at once and last; as a blob what fits into one block.
 * A failure or an abort leaves no blob; blocks without a blob are dropped by Azure itself after a week.
 */
export async function uploadStream(
  calls: AzureCalls,
  write: WriteRequest,
  body: AsyncIterable<Uint8Array>,
  options: { readonly size: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<Sent> {
  const { signal } = options;
  const failed = new AbortController();
  const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const ids = new BlockIds();
  let size = 0;
  let onItsWay = Promise.resolve();
  try {
    for await (const { bytes, last } of blocksOf(body, bufferBytesFor(options.size), stop)) {
      size += bytes.length;
      // A creation whose answer is lost can be proved by its blocks only, and a stream cannot be sent again.
      // Azure takes no empty blocks.
      if (last && ids.all.length === 0 && (!write.ifAbsent || bytes.length === 0)) {
        return { size, written: await calls.putBlob(write, bytes, signal) };
      }
      await onItsWay;
      onItsWay = calls.stageBlock(write, ids.next(), bytes, stop);
      onItsWay.catch((error: unknown) => failed.abort(error));
    }
    await onItsWay;
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled([onItsWay]);
    signal?.throwIfAborted();
    throw error;
  }
  signal?.throwIfAborted();
  return { size, written: await commit(calls, write, ids.all) };
}

/** Ids of equal length, as Azure wants them; of this upload only, so that another's blocks are never taken for ours. */
class BlockIds {
  readonly all: string[] = [];
  readonly #upload = randomBytes(16);

  next(): string {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(this.all.length);
    const id = Buffer.concat([this.#upload, number]).toString('base64');
    this.all.push(id);
    return id;
  }
}

/**
 * Whether a commit that failed was carried out all the same (its answer may have been lost) is seen by the blob's
 * blocks: nobody else's have these ids. A rival's commit drops our blocks, and Azure then speaks of those.
 */
async function commit(calls: AzureCalls, write: WriteRequest, ids: readonly string[]): Promise<Written> {
  try {
    return await calls.commitBlocks(write, ids);
  } catch (error) {
    const there = await calls.committedBlocks(write.name).catch(() => undefined);
    if (there === undefined) throw error;
    if (there.length === ids.length && there.every((id, at) => id === ids[at]))
      return calls.headBlob(write.name);
    if (!write.ifAbsent) throw error;
    throw new AzureStoreError('BlobAlreadyExists', 'the object exists already', error);
  }
}
