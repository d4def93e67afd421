import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as z from 'zod';

import { isGone, ownProcess } from '../process-identity.ts';
import type { ProcessIdentity } from '../process-identity.ts';
import { output } from './output-file.ts';

const suffix = '.cxvault-part';
const ownerName = 'owner.json';

const ownerSchema = z.object({
  host: z.string(),
  boot_id: z.string(),
  pid: z.int().positive(),
  process_start: z.string().nullable(),
});

/**
 * The folder below the output folder where files lie until they are whole and get their names. They are in clear text:
 * each restore has one folder of its own, and removes those of restores that were killed.
 */
export class PartsFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Throws `OUTPUT_FAILED`. */
  static async open(out: string): Promise<PartsFolder> {
    await removeLeftBehind(out);
    const path = join(out, `.${randomUUID()}${suffix}`);
    await output(path, async () => {
      await mkdir(path, { mode: 0o700 });
      await writeFile(join(path, ownerName), JSON.stringify(ownProcess()), { mode: 0o600 });
    });
    return new PartsFolder(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** A restore that runs on this machine keeps its folder, and so does one on another, of which nothing can be told. */
async function removeLeftBehind(out: string): Promise<void> {
  for (const name of await output(out, () => readdir(out))) {
    const path = join(out, name);
    if (!name.startsWith('.') || !name.endsWith(suffix)) continue;
    const owner = await ownerOf(path);
    if (!owner || isGone(owner)) await output(path, () => rm(path, { recursive: true, force: true }));
  }
}

/** Undefined when the folder does not say: it was left before anything was written, or by a crash of the machine. */
async function ownerOf(path: string): Promise<ProcessIdentity | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(join(path, ownerName), 'utf8')));
  } catch {
    return undefined;
  }
}
