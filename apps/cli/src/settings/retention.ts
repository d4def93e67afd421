import { CxvaultError } from '@cxvault/plugin-api';
import { parseDuration } from './duration.ts';

/** As long as a store lets anything be kept (Amazon S3: 100 years), for what cannot be taken back. */
const longestRetention = 100 * 366 * 86_400_000; // milliseconds

/** Milliseconds of `--retain`. Throws `USAGE`. */
export function parseRetention(text: string): number {
  const milliseconds = parseDuration(text, '--retain');
  if (milliseconds > 0 && milliseconds <= longestRetention) return milliseconds;
  throw new CxvaultError('USAGE', `--retain is not between 1 second and 100 years: ${text}`, {
    hint: 'for example 30d or 7y; leave it out to retain nothing',
  });
}
