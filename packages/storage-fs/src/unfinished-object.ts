import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { refused } from '@cxvault/plugin-api';
import type { PutOptions } from '@cxvault/plugin-api';

import { systemCode } from './errors.ts';
import { makeFolder } from './folder-sync.ts';
import { unfinishedFolder } from './object-path.ts';

/** 1 MiB: chunks of a sealed stream are 16 KiB, and a write each would cost more than the copy to the kernel. */
const batchBytes = 1_048_576;

/** 24 h: nothing is written to for so long, so an unfinished object of that age was left by a crash. */
const leftoverAgeMs = 86_400_000;

/** A file with all bytes of an object, on the disk, that has not got its name yet. */
export interface UnfinishedObject {
  readonly path: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

/**
 * Writes a body to a file of its own below the root and brings it to the disk. A body that fails, is not `size`
 * bytes long or is aborted leaves no file.
 */
export async function writeUnfinished(
  root: string,
  key: string,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  options: PutOptions,
): Promise<UnfinishedObject> {
  const path = join(root, unfinishedFolder, randomUUID());
  const file = await create(root, path);
  try {
    const info = await writeAndClose(file, key, body, options);
    options.signal?.throwIfAborted();
    return { path, size: info.size, modifiedAt: info.mtime };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function writeAndClose(
  file: FileHandle,
  key: string,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  options: PutOptions,
): Promise<Stats> {
  try {
    await writeBody(file, key, body, options);
    await file.sync();
    return await file.stat();
  } finally {
    await file.close();
  }
}

/** Removes what crashes left more than a day ago. */
export async function removeLeftovers(root: string, now: number): Promise<void> {
  const folder = join(root, unfinishedFolder);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Another process may be cleaning too, and a file that cannot be removed hurts nobody.
    const info = await stat(path).catch(() => undefined);
    if (info !== undefined && now - info.mtimeMs > leftoverAgeMs)
      await rm(path, { force: true }).catch(() => {});
  }
}

async function create(root: string, path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await makeFolder(join(root, unfinishedFolder));
    return open(path, 'wx', 0o600);
  }
}

async function writeBody(
  file: FileHandle,
  key: string,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  { size, signal }: PutOptions,
): Promise<void> {
  signal?.throwIfAborted();
  let written = 0;
  for await (const batch of body instanceof Uint8Array ? [[body]] : batches(body, signal)) {
    written += lengthOf(batch);
    if (size !== undefined && written > size) throw refused(`the body has more than ${size} bytes`, key);
    await writeAll(file, batch);
  }
  if (size !== undefined && written < size) throw refused(`the body has ${written} bytes, not ${size}`, key);
}

/** Gathers chunks until they are worth a write. The next batch is asked for only when the last one is written. */
async function* batches(body: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    signal?.throwIfAborted();
    batch.push(chunk);
    bytes += chunk.length;
    if (bytes < batchBytes) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (bytes > 0) yield batch;
}

/** One write may take less than it was given, when the disk fills up for example: the next one says why. */
async function writeAll(file: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  let rest = batch.filter((chunk) => chunk.length > 0);
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest);
    rest = withoutFirst(rest, bytesWritten);
  }
}

function withoutFirst(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes;
  const rest: Uint8Array[] = [];
  for (const chunk of chunks) {
    if (skip < chunk.length) rest.push(chunk.subarray(skip));
    skip = Math.max(0, skip - chunk.length);
  }
  return rest;
}

function lengthOf(batch: readonly Uint8Array[]): number {
  return batch.reduce((sum, chunk) => sum + chunk.length, 0);
}
