import { open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KeySink } from '@cxvault/core';
import { CxvaultError, makeFolders } from '@cxvault/plugin-api';
import { property } from '../../property.ts';

/** A folder that gets its name when all is in it and on the disk; disposed of before, it was never there. */
export class NewFolder implements KeySink, AsyncDisposable {
  /** Where it is being filled. */
  readonly path: string;
  readonly #out: string;

  /** Throws `USAGE` when there is something of this name already, `OUTPUT_FAILED` when the disk or folder fails. */
  static async make(out: string): Promise<NewFolder> {
    await refuseTaken(out);
    const folder = new NewFolder(out);
    await rm(folder.path, { recursive: true, force: true });
    await output(out, () => makeFolders(folder.path, 0o700));
    return folder;
  }

  private constructor(out: string) {
    this.#out = out;
    // always the same, so that the next one removes what a crash left
    this.path = `${out}.cxvault-part`;
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.path, key);
    await output(this.#out, async () => {
      await makeFolders(dirname(file), 0o700);
      const handle = await open(file, 'w', 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  }

  async remove(key: string): Promise<void> {
    await output(this.#out, () => rm(join(this.path, key), { force: true }));
  }

  async keep(): Promise<void> {
    await output(this.#out, async () => {
      await rmdir(this.#out).catch((error: unknown) => {
        if (property(error, 'code') !== 'ENOENT') throw error;
      });
      await rename(this.path, this.#out);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** An empty folder is as good as none. */
async function refuseTaken(out: string): Promise<void> {
  try {
    if ((await readdir(out)).length === 0) return;
  } catch (error) {
    if (property(error, 'code') === 'ENOENT') return;
    if (property(error, 'code') !== 'ENOTDIR') throw outputFailed(out, error);
  }
  throw new CxvaultError('USAGE', 'the output folder exists and is not empty', {
    context: { out },
    hint: 'name a new one: each copy of the keys is a folder of its own',
  });
}

async function output<Result>(out: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw outputFailed(out, error);
  }
}

function outputFailed(out: string, cause: unknown): CxvaultError {
  return new CxvaultError('OUTPUT_FAILED', 'the keys could not be copied', {
    context: { out, reason: String(property(cause, 'code')) },
    hint: 'check the folder, its permissions and the room on the disk',
    cause,
  });
}
