import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { CxvaultError, makeFolders } from '@cxvault/plugin-api';

const ownerOnlyFile = 0o600;
const ownerOnlyFolder = 0o700;

/** The bytes that were written and what they hash to. */
export interface WrittenFile {
  readonly bytes: number;
  readonly sha256: string;
  /** The first bytes, up to 64, to tell what kind of file it is. */
  readonly head: Uint8Array;
}

/** A name that is taken by something else: that file is left alone. */
export class FileConflict extends Error {
  override readonly name = 'FileConflict';
}

/**
 * Makes a folder that only its owner may read, and checks that it is a real one: a link in its place could lead
 * out of the output folder. Throws `OUTPUT_FAILED`.
 */
export async function makeFolder(path: string): Promise<void> {
  await output(path, () => makeFolders(path, ownerOnlyFolder));
  const found = await output(path, () => lstat(path));
  if (!found.isDirectory()) throw new FileConflict(`${path} is not a folder`);
}

/**
 * Writes a file into `folder`, first under a temporary name in `parts`; `finish` is given what was written, checks it and says the
 * final name. Anything that fails removes the temporary file. A file of that name with the same bytes stays as
 * it is, one with other bytes throws {@link FileConflict}. Local trouble throws `OUTPUT_FAILED`.
 */
export async function writeFile(
  { folder, parts }: { readonly folder: string; readonly parts: string },
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  finish: (written: WrittenFile) => string,
): Promise<WrittenFile & { readonly name: string; readonly kept: boolean }> {
  const temporary = join(parts, randomUUID());
  const handle = await output(temporary, () => open(temporary, 'wx', ownerOnlyFile));
  try {
    const written = await writeBody(handle, temporary, body);
    const name = finish(written);
    const kept = !(await moveInto(temporary, join(folder, name), written));
    return { ...written, name, kept };
  } finally {
    // after a failure the handle is open still; after success the temporary name is gone: both are fine
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function writeBody(
  handle: FileHandle,
  path: string,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<WrittenFile> {
  const hash = createHash('sha256');
  const head = Buffer.alloc(64);
  let bytes = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    if (bytes < head.length) head.set(chunk.subarray(0, head.length - bytes), bytes);
    await output(path, () => handle.writeFile(chunk));
    bytes += chunk.length;
  }
  await output(path, () => handle.close());
  return { bytes, sha256: hash.digest('hex'), head: head.subarray(0, Math.min(bytes, head.length)) };
}

/** True when moved, false when the same content was there already. Never replaces a file. */
async function moveInto(temporary: string, path: string, written: WrittenFile): Promise<boolean> {
  if (await taken(path)) {
    if (await hasContent(path, written)) return false;
    throw new FileConflict(`${path} exists and holds something else`);
  }
  await output(path, async () => {
    try {
      await link(temporary, path); // unlike rename, fails when somebody made the file in between
    } catch (error) {
      if (!linkUnsupported(error)) throw error;
      await rename(temporary, path);
    }
  });
  return true;
}

/** True when the file exists with exactly these bytes. Links are not followed. */
export async function hasContent(
  path: string,
  expected: { readonly bytes: number; readonly sha256: string },
): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isFile() !== true || found.size !== expected.bytes) return false;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    if (chunk instanceof Uint8Array) hash.update(chunk);
  }
  return hash.digest('hex') === expected.sha256;
}

async function taken(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw outputFailure(path, error);
  }
}

function linkUnsupported(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(errnoOf(error) ?? '');
}

/** Does something with a local file; its failure is `OUTPUT_FAILED`. */
export async function output<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw outputFailure(path, error);
  }
}

/** Local trouble in the project's words. */
export function outputFailure(path: string, error: unknown): CxvaultError {
  const code = errnoOf(error);
  return new CxvaultError('OUTPUT_FAILED', 'could not write the output', {
    context: { path: code === 'ENOSPC' ? dirname(path) : path, reason: code ?? 'unknown' },
    hint: hints[code ?? ''] ?? 'check the output folder',
    cause: error,
  });
}

const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space or choose another folder; what is complete stays and is skipped next time',
  EDQUOT: 'the quota is used up: free some space or choose another folder',
  EACCES: 'choose a folder that you may write to',
  EPERM: 'choose a folder that you may write to',
  EROFS: 'the file system is read-only: choose another folder',
  ENOTDIR: 'a part of the path is a file: choose another folder',
  EEXIST: 'a file is where a folder is needed: choose another folder',
  ENAMETOOLONG: 'choose an output folder with a shorter path',
};

function errnoOf(error: unknown): string | undefined {
  const coded = typeof error === 'object' && error !== null && 'code' in error;
  return coded && typeof error.code === 'string' ? error.code : undefined;
}
