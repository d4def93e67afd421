import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CxvaultError } from '@cxvault/plugin-api';
import { type Failure, failureOf } from './failure.ts';
import { jsonPieces } from './json-pieces.ts';
import { property } from './property.ts';
import { writeWhole } from './whole-file.ts';

const message = 'the report could not be written';

/** Throws `CONFIG_INVALID` when the report could not be written: better before a long run than after it. */
export async function checkReportPlace(
  file: string,
  flag: '--report' | '--html' = '--report',
): Promise<void> {
  try {
    await access(dirname(resolve(file)), constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new CxvaultError('CONFIG_INVALID', 'the report cannot be written there', {
      context: { file, reason: String(property(cause, 'code')) },
      hint: `make the folder, or give another place with ${flag}`,
      cause,
    });
  }
}

/** Writes a JSON document for its owner only, whole or not at all. Throws `OUTPUT_FAILED`. */
export async function writeReport(file: string, document: unknown): Promise<void> {
  const hint = 'the same report lies in the archive, beside the journal of the run';
  await writeWhole(file, jsonPieces(document), { message, hint });
}

/**
 * Makes a page and writes it for its owner only, whole or not at all. The work itself is done by then: what fails
 * here comes back as a value.
 */
export async function failureToWrite(
  file: string,
  makePage: () => Promise<string>,
): Promise<Failure | undefined> {
  const hint = 'check the folder and the space on its disk; nothing else was lost';
  try {
    await writeWhole(file, await makePage(), { message, hint });
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}
