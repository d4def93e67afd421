import { open, rename, rm } from 'node:fs/promises';
import { CxvaultError } from '@cxvault/plugin-api';
import { property } from './property.ts';

/** What a file is, for the error that says that it could not be written. */
export interface FileKind {
  readonly message: string;
  readonly hint: string;
  /** Permissions. @default 0o600, its owner only */
  readonly mode?: number;
}

/** Writes a file whole or not at all: who reads it sees the old one or the new one. Throws `OUTPUT_FAILED`. */
export async function writeWhole(
  file: string,
  text: string | Iterable<string>,
  { message, hint, mode = 0o600 }: FileKind,
): Promise<void> {
  const temporary = `${file}.${String(process.pid)}.part`;
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    // What is wrong with the name or the folder is so for the removal too: the first error is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
    const reason = String(property(cause, 'code'));
    throw new CxvaultError('OUTPUT_FAILED', message, { context: { file, reason }, hint, cause });
  }
}
