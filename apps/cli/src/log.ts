import { CxvaultError, type SourceLog } from '@cxvault/plugin-api';
import { type DestinationStream, pino, stdTimeFunctions } from 'pino';

const stderrNumber = 2;

/**
 * Opens the log: JSON lines on stderr, or in a file that only its owner can read. What is logged are flat details
 * of plain values, so that no object with a secret inside can slip in; see {@link SourceLog}.
 */
export function openLog(options: { level: string; file?: string }): SourceLog {
  const logger = pino(
    {
      level: options.level,
      base: undefined,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    openDestination(options.file),
  );
  return (level, event, details) => {
    logger[level](details, event);
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
