import { constants } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { noBytes, refused } from '@cxvault/plugin-api';
import type {
  CallOptions,
  GetOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  StoreCapabilities,
  StoreErrorKind,
} from '@cxvault/plugin-api';

import {
  classifyFileError,
  isNoObject,
  lacksHardLinks,
  nameTaken,
  noSuchObject,
  systemCode,
} from './errors.ts';
import { FolderSync, makeFolder } from './folder-sync.ts';
import { objectPath } from './object-path.ts';
import { infoOf, walk } from './object-walk.ts';
import { removeLeftovers, writeUnfinished } from './unfinished-object.ts';

/** 512 KiB: reads of this size reach the disk's speed, and a few of them are no memory worth speaking of. */
const readBytes = 524_288;

/**
 * An archive in a folder of a local or mounted file system. An object appears under its name only when all its
 * bytes are on the disk, and of many processes that create the same one exactly one wins.
 */
export class FileStore implements ObjectStore {
  /** `createIfAbsent` turns false at the first creation on a file system without hard links, such as exFAT. */
  readonly capabilities: StoreCapabilities;
  readonly #root: string;
  readonly #link: typeof link;
  readonly #folders = new FolderSync();
  /** The folders that are known to survive a power cut; an archive has few, one a day and run. */
  readonly #durable = new Set<string>();
  #hardLinks = true;
  #cleaned: Promise<void> | undefined;

  /**
   * `root`: an absolute path; it need not exist before the first `put`. `options.link`: how hard links are made,
   * for tests of file systems that have none.
   */
  constructor(root: string, options: { readonly link?: typeof link } = {}) {
    this.#root = resolve(root);
    this.#link = options.link ?? link;
    const hasHardLinks = () => this.#hardLinks;
    this.capabilities = {
      get createIfAbsent() {
        return hasHardLinks();
      },
      retention: false,
      serverChecksum: null,
    };
  }

  async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    const path = objectPath(this.#root, key);
    if (options.retention !== undefined) throw refused('a file system has no retention', key);
    const unfinished = await writeUnfinished(this.#root, key, body, options).catch((error: unknown) => {
      throw systemCode(error) === 'ENOTDIR' ? throughFile(this.#root, key) : error;
    });
    try {
      await this.#publish(unfinished.path, path, options.ifAbsent === true);
    } finally {
      await rm(unfinished.path, { force: true });
    }
    await this.#cleanOnce();
    return { key, size: unfinished.size, modifiedAt: unfinished.modifiedAt };
  }

  async get(key: string, options: GetOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const path = objectPath(this.#root, key);
    options.signal?.throwIfAborted();
    const file = await this.#open(path, key);
    const { range, signal } = options;
    if (range !== undefined && range.length <= 0) {
      await file.close();
      return noBytes();
    }
    const bounds = range === undefined ? {} : { start: range.offset, end: range.offset + range.length - 1 };
    return file.createReadStream({ ...bounds, highWaterMark: readBytes, ...(signal && { signal }) });
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    options.signal?.throwIfAborted();
    return infoOf(objectPath(this.#root, key), key);
  }

  list(
    prefix: string,
    options: CallOptions & { readonly startAfter?: string } = {},
  ): AsyncIterable<ObjectInfo> {
    return walk({
      root: this.#root,
      prefix,
      startAfter: options.startAfter ?? '',
      signal: options.signal,
    });
  }

  async remove(key: string, options: CallOptions = {}): Promise<void> {
    const path = objectPath(this.#root, key);
    options.signal?.throwIfAborted();
    if ((await infoOf(path, key)) === undefined) return;
    await rm(path, { force: true });
    await this.#folders.sync(dirname(path));
  }

  classify(error: unknown): StoreErrorKind {
    return classifyFileError(error);
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  async #open(path: string, key: string): Promise<FileHandle> {
    const file = await openObject(path, key);
    try {
      if ((await file.stat()).isFile()) return file;
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    throw noSuchObject(key);
  }

  /** Gives the finished file its name, in a folder that is made if need be. */
  async #publish(unfinished: string, path: string, ifAbsent: boolean): Promise<void> {
    const giveName = ifAbsent ? () => this.#create(unfinished, path) : () => rename(unfinished, path);
    try {
      await giveName();
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      await makeFolder(dirname(path));
      await giveName();
    }
    await this.#makeDurable(dirname(path));
  }

  /**
   * Brings a new name in a folder to the disk. The first time the folders above are synced too: another writer may
   * have made this one a moment ago, and not have come so far yet.
   */
  async #makeDurable(folder: string): Promise<void> {
    const path = [folder];
    for (let at = folder; !this.#durable.has(folder) && at !== this.#root;) {
      at = dirname(at);
      path.push(at);
    }
    await Promise.all(path.map((each) => this.#folders.sync(each)));
    this.#durable.add(folder);
  }

  /** `link` refuses a name that is taken, atomically, where `rename` would replace what is there. */
  async #create(unfinished: string, path: string): Promise<void> {
    try {
      if (this.#hardLinks) {
        await this.#link(unfinished, path);
        return;
      }
    } catch (error) {
      if (!lacksHardLinks(error)) throw error;
      this.#hardLinks = false;
    }
    if ((await infoOf(path, path)) !== undefined) throw nameTaken(path);
    await rename(unfinished, path);
  }

  async #cleanOnce(): Promise<void> {
    this.#cleaned ??= removeLeftovers(this.#root, Date.now());
    await this.#cleaned;
  }
}

async function openObject(path: string, key: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    throw isNoObject(error) ? noSuchObject(key, error) : error;
  }
}

function throughFile(root: string, key: string): Error {
  return refused(
    `the path of the archive leads through a file: ${root}`,
    key,
    'name a folder, or one to be made',
  );
}
