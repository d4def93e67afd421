import { open, readFile, rename, rm } from 'node:fs/promises';
import { CxvaultError } from '@cxvault/plugin-api';
import { property } from '../property.ts';
import { expose, parseExposition, seriesOf } from './exposition.ts';
import type { Sample } from './families.ts';

/** A monitoring system that runs as another user reads it; it holds counts and times only. */
const everybodyReads = 0o644;

/**
 * Puts these samples in place of their earlier values, whole or not at all. Series that are not among them stay: a
 * run that failed keeps the time of the last success, and `run` and `verify` may share a file. Throws `OUTPUT_FAILED`.
 */
export async function writeMetrics(file: string, samples: readonly Sample[]): Promise<void> {
  const temporary = `${file}.${String(process.pid)}.part`;
  try {
    const written = new Set(samples.map(seriesOf));
    const kept = (await earlierSamples(file)).filter((sample) => !written.has(seriesOf(sample)));
    const handle = await open(temporary, 'w', everybodyReads);
    try {
      await handle.writeFile(expose([...kept, ...samples]));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new CxvaultError('OUTPUT_FAILED', 'the metrics could not be written', {
      context: { file, reason: String(property(cause, 'code')) },
      hint: 'check the folder of --metrics-file and its permissions',
      cause,
    });
  }
}

async function earlierSamples(file: string): Promise<Sample[]> {
  try {
    return parseExposition(await readFile(file, 'utf8'));
  } catch (error) {
    if (property(error, 'code') === 'ENOENT') return [];
    throw error;
  }
}
