import { constants } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CxvaultError } from '@cxvault/plugin-api';
import { jsonPieces } from './json-pieces.ts';
import { property } from './property.ts';

/** Throws `CONFIG_INVALID` when the report could not be written: better before a long run than after it. */
export async function checkReportPlace(file: string): Promise<void> {
  try {
    await access(dirname(resolve(file)), constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new CxvaultError('CONFIG_INVALID', 'the report cannot be written there', {
      context: { file, reason: String(property(cause, 'code')) },
      hint: 'make the folder, or give another place with --report',
      cause,
    });
  }
}

/** Writes a JSON document for its owner only, whole or not at all. Throws `OUTPUT_FAILED`. */
export async function writeReport(file: string, document: unknown): Promise<void> {
  const temporary = `${file}.${String(process.pid)}.part`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(jsonPieces(document));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new CxvaultError('OUTPUT_FAILED', 'the report could not be written', {
      context: { file, reason: String(property(cause, 'code')) },
      hint: 'the same report lies in the archive, beside the journal of the run',
      cause,
    });
  }
}
