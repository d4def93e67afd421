import { readFile } from 'node:fs/promises';
import { CxvaultError } from '@cxvault/plugin-api';
import { property } from '../property.ts';
import { writeWhole } from '../whole-file.ts';
import { expose, parseExposition, seriesOf } from './exposition.ts';
import type { Sample } from './families.ts';

const message = 'the metrics could not be written';
const hint = 'check the folder of --metrics-file and its permissions';

/** A monitoring system that runs as another user reads it; it holds counts and times only. */
const everybodyReads = 0o644;

/**
 * Puts these samples in place of their earlier values, whole or not at all. Series that are not among them stay: a
 * run that failed keeps the time of the last success, and `run` and `verify` may share a file. Throws `OUTPUT_FAILED`.
 */
export async function writeMetrics(file: string, samples: readonly Sample[]): Promise<void> {
  const written = new Set(samples.map(seriesOf));
  const kept = (await earlierSamples(file)).filter((sample) => !written.has(seriesOf(sample)));
  await writeWhole(file, expose([...kept, ...samples]), { message, hint, mode: everybodyReads });
}

async function earlierSamples(file: string): Promise<Sample[]> {
  try {
    return parseExposition(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = String(property(error, 'code'));
    if (reason === 'ENOENT') return [];
    throw new CxvaultError('OUTPUT_FAILED', message, { context: { file, reason }, hint, cause: error });
  }
}
