import { loadEnvFile } from 'node:process';
import { CxvaultError } from '@cxvault/plugin-api';

/**
 * Adds the variables of a file to the environment, where cloud SDKs look for theirs too; what is set already wins.
 * Only for a file that the user names: a `.env` that happens to lie around is never read.
 */
export function applyEnvFile(file: string): void {
  try {
    loadEnvFile(file);
  } catch (cause) {
    throw new CxvaultError('CONFIG_INVALID', 'the environment file cannot be read', {
      context: { file },
      hint: 'check the path given with --env-file and its permissions',
      cause,
    });
  }
}
