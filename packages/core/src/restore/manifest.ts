import { randomUUID } from 'node:crypto';
import { lstat, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { outputFailure } from './output-file.ts';
import type { ManifestEntry } from './restore-report.ts';

/** The name of the manifest in the output folder. */
export const manifestName = 'manifest.json';

/**
 * Writes `manifest.json` entry by entry, so that memory does not grow with the restore: first under a temporary
 * name, in place when it is complete. The manifest of an earlier restore into the same folder is kept beside it.
 */
export class ManifestWriter {
  readonly #out: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #queue: Promise<void> = Promise.resolve();
  #first = true;

  /** `parts`: the folder for files that have no name yet. */
  static async open(
    { out, parts }: { readonly out: string; readonly parts: string },
    head: { archive_id: string; restored_at: string },
  ): Promise<ManifestWriter> {
    const temporary = join(parts, randomUUID());
    try {
      const manifest = new ManifestWriter(out, temporary, await open(temporary, 'wx', 0o600));
      await manifest.#write(
        `{\n"archive_id": ${json(head.archive_id)},\n"restored_at": ${json(head.restored_at)},\n`,
      );
      await manifest.#write('"interactions": [');
      return manifest;
    } catch (error) {
      throw outputFailure(temporary, error);
    }
  }

  private constructor(out: string, temporary: string, handle: FileHandle) {
    this.#out = out;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** Adds an interaction. Calls at the same time are written one after the other. */
  add(entry: ManifestEntry): Promise<void> {
    const separator = this.#first ? '\n' : ',\n';
    this.#first = false;
    return this.#write(separator + json(entry));
  }

  /** Writes the end and puts the manifest in place. */
  async finish(tail: { missing: readonly string[]; erased: readonly string[] }): Promise<void> {
    await this.#write(`\n],\n"missing": ${json(tail.missing)},\n"erased": ${json(tail.erased)}\n}\n`);
    try {
      await this.#handle.close();
      await this.#keepEarlier();
      await rename(this.#temporary, join(this.#out, manifestName));
    } catch (error) {
      throw outputFailure(join(this.#out, manifestName), error);
    }
  }

  /** Removes what was written, unless it is in place. May be called at any time. */
  async discard(): Promise<void> {
    await this.#queue.catch(() => undefined);
    await this.#handle.close().catch(() => undefined);
    await rm(this.#temporary, { force: true }).catch(() => undefined);
  }

  #write(text: string): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      try {
        await this.#handle.writeFile(text);
      } catch (error) {
        throw outputFailure(this.#temporary, error);
      }
    });
    return this.#queue;
  }

  async #keepEarlier(): Promise<void> {
    const path = join(this.#out, manifestName);
    const found = await lstat(path).catch(() => undefined);
    if (!found) return;
    const stamp = found.mtime.toISOString().replaceAll(/[:.]/g, '-');
    const taken = await lstat(join(this.#out, `manifest-${stamp}.json`)).catch(() => undefined);
    const name = taken ? `manifest-${stamp}-${randomUUID()}.json` : `manifest-${stamp}.json`;
    await rename(path, join(this.#out, name));
  }
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
