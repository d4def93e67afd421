import { CxvaultError, type SourceLog } from '@cxvault/plugin-api';
import { type DestinationStream, pino, stdTimeFunctions } from 'pino';
import { hideSecretsOf, redactValue } from './redact.ts';

const stderrNumber = 2;

/** Where the log goes, from which level on, and the environment with the secrets that must not be in it. */
export interface LogOptions {
  readonly level: string;
  readonly file?: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Opens the log: JSON lines on stderr, or in a file that only its owner can read. What is logged are flat details
 * of plain values, so that no object with a secret inside can slip in; see {@link SourceLog}. Each line is written
 * without signed addresses and tokens, and without the secrets of the environment: nobody who logs has to think of it.
 */
export function openLog({ level: least, file, env }: LogOptions): SourceLog {
  const hide = hideSecretsOf(env);
  const logger = pino(
    {
      level: least,
      base: undefined,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    openDestination(file),
  );
  return (level, event, details) => {
    logger[level](redactValue(details, hide), hide(event));
  };
}

function openDestination(file: string | undefined): DestinationStream {
  try {
    const where = file === undefined ? { dest: stderrNumber } : { dest: file, mode: 0o600, append: true };
    const destination = pino.destination({ ...where, sync: true });
    // A closed terminal must not end a run.
    destination.on('error', () => undefined);
    return destination;
  } catch (cause) {
    throw new CxvaultError('CONFIG_INVALID', 'the log file cannot be opened', {
      context: { file },
      hint: 'check the path in log.file and its permissions',
      cause,
    });
  }
}
