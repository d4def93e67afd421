import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolders } from '@cxvault/plugin-api';

import { lacksSync } from './errors.ts';

/** Only the owner may look into an archive: names, sizes and times tell something too. */
const folderMode = 0o700;

/** Makes the folder and those above it, so that they survive a power cut. */
export async function makeFolder(path: string): Promise<void> {
  const firstMade = await makeFolders(path, folderMode);
  if (firstMade === undefined) return;
  // A new folder is an entry of the one above it: that one is what must reach the disk.
  for (let made = path; made.length >= firstMade.length; made = dirname(made)) {
    await syncFolder(dirname(made));
  }
}

/** Brings a folder's entries to the disk: without it a file that was renamed into it may be gone after a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    // Some mounted file systems know no such thing; what their server makes durable is its own affair.
    if (!lacksSync(error)) throw error;
  } finally {
    await folder.close();
  }
}

/**
 * Syncs folders for many callers: those that ask while a sync of the same folder runs share the next one, which
 * begins after their own change.
 */
export class FolderSync {
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, Promise<void>>();

  async sync(path: string): Promise<void> {
    const waiting = this.#waiting.get(path);
    if (waiting !== undefined) return waiting;
    const running = this.#running.get(path);
    if (running === undefined) return this.#start(path);
    const next = running.then(
      () => this.#start(path),
      () => this.#start(path),
    );
    this.#waiting.set(path, next);
    return next;
  }

  #start(path: string): Promise<void> {
    this.#waiting.delete(path);
    const run = syncFolder(path).finally(() => this.#running.delete(path));
    this.#running.set(path, run);
    return run;
  }
}
