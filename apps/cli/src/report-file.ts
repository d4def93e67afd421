import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CxvaultError } from '@cxvault/plugin-api';
import { type Failure, failureOf } from './failure.ts';
import { jsonPieces } from './json-pieces.ts';
import { property } from './property.ts';
import { writeWhole } from './whole-file.ts';

const message = 'the report could not be written';

/** Throws `CONFIG_INVALID` when a file could not be written there: better before long work than after it. */
export async function checkOutputPlace(
  file: string,
  flag: '--report' | '--html' | '--metrics-file',
): Promise<void> {
  const what = flag === '--metrics-file' ? 'the metrics' : 'the report';
  const refuse = (reason: string, hint: string, cause?: unknown): never => {
    throw new CxvaultError('CONFIG_INVALID', `${what} cannot be written there`, {
      context: { file, reason },
      hint,
      cause,
    });
  };
  const found = await stat(resolve(file)).catch(() => undefined);
  if (found?.isDirectory()) refuse('EISDIR', `this is a folder: give a file with ${flag}`);
  try {
    await access(dirname(resolve(file)), constants.W_OK | constants.X_OK);
  } catch (cause) {
    refuse(String(property(cause, 'code')), `make the folder, or give another place with ${flag}`, cause);
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
