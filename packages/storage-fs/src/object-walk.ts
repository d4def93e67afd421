import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { compareKeys, keyProblem } from '@cxvault/plugin-api';
import type { ObjectInfo } from '@cxvault/plugin-api';

import { isAbsent } from './errors.ts';
import { isUnfinished } from './object-path.ts';

/** How many files are looked at together: enough to keep the disk busy, few enough to be no burden. */
const statsAtOnce = 32;

/** What a listing asks for. */
export interface Walk {
  readonly root: string;
  readonly prefix: string;
  readonly startAfter: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * The objects under a prefix in the order of their keys' bytes. Nested folders are one key space: `a-b` comes
 * before `a/c`, because `-` is less than `/`. Holds the names of one folder per level, never all of them.
 * Symbolic links and what else is no plain file are no objects.
 */
export async function* walk(options: Walk): AsyncGenerator<ObjectInfo> {
  // No key begins with a `..` part, and such a folder must not be looked up on the disk.
  if (keyProblem(`${options.prefix}x`) !== undefined) return;
  yield* walkFolder(options.prefix.slice(0, options.prefix.lastIndexOf('/') + 1), options);
}

async function* walkFolder(folder: string, options: Walk): AsyncGenerator<ObjectInfo> {
  let files: string[] = [];
  for (const name of await namesIn(folder, options)) {
    options.signal?.throwIfAborted();
    if (!name.endsWith('/')) files.push(name);
    if (files.length >= statsAtOnce || name.endsWith('/')) {
      yield* look(files, options);
      files = [];
    }
    if (name.endsWith('/')) yield* walkFolder(name, options);
  }
  yield* look(files, options);
}

/** The keys of a folder's files and, with a slash, of its folders, in the order of what is under them. */
async function namesIn(folder: string, { root, prefix, startAfter }: Walk): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await entriesOf(join(root, folder))) {
    if (!entry.isDirectory() && !entry.isFile()) continue;
    const key = folder + entry.name + (entry.isDirectory() ? '/' : '');
    if (isUnfinished(key) || keyProblem(folder + entry.name) !== undefined) continue;
    if (overlaps(key, prefix) && mayHoldAfter(key, startAfter)) names.push(key);
  }
  return names.sort(compareKeys);
}

function overlaps(key: string, prefix: string): boolean {
  return key.startsWith(prefix) || (key.endsWith('/') && prefix.startsWith(key));
}

function mayHoldAfter(key: string, startAfter: string): boolean {
  return compareKeys(key, startAfter) > 0 || (key.endsWith('/') && startAfter.startsWith(key));
}

async function entriesOf(path: string): Promise<Awaited<ReturnType<typeof readFolder>>> {
  try {
    return await readFolder(path);
  } catch (error) {
    // The root before `init`, or a folder that went away meanwhile.
    if (isAbsent(error)) return [];
    throw error;
  }
}

function readFolder(path: string) {
  return readdir(path, { withFileTypes: true });
}

async function* look(keys: readonly string[], { root, signal }: Walk): AsyncGenerator<ObjectInfo> {
  if (keys.length === 0) return;
  const infos = await Promise.all(keys.map((key) => infoOf(join(root, key), key)));
  for (const info of infos) {
    signal?.throwIfAborted();
    if (info !== undefined) yield info;
  }
}

/** What is known of the file at `path`; undefined when there is no plain file. */
export async function infoOf(path: string, key: string): Promise<ObjectInfo | undefined> {
  try {
    const info = await lstat(path);
    return info.isFile() ? { key, size: info.size, modifiedAt: info.mtime } : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
