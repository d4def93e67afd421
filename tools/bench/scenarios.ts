import { measure } from './measured-command.ts';
import type { Measurement, Workplace } from './measured-command.ts';
import type { BenchOptions } from './options.ts';

const recordingBytes = 10_000_000;
const giantBytes = 1_000_000_000;
const megabyte = 1_000_000; // bytes; MB here is decimal, MiB is not used

/** One number worth knowing, of one round. */
export interface Reading {
  readonly name: string;
  readonly unit: 'interactions/s' | 'MB/s';
  readonly value: number;
  readonly measurement: Measurement;
}

/** A tenant, and what is done with it. */
export interface Scenario {
  readonly name: string;
  /** For the simulator's command line. */
  readonly tenant: readonly string[];
  readonly round: (workplace: Workplace) => Promise<Reading[]>;
}

/** What `npm run bench` measures. */
export function scenarios({ interactions, recordings }: BenchOptions): Scenario[] {
  return [
    records('records', interactions, []),
    records('records, without marks', interactions, ['--no-mark']),
    media('recordings of 10 MB', recordings, recordingBytes),
    media('a recording of 1 GB', 1, giantBytes),
  ];
}

function records(name: string, interactions: number, flags: readonly string[]): Scenario {
  return {
    name,
    tenant: ['--interactions', String(interactions), '--media', 'none'],
    round: async (workplace) => {
      await measure(['init'], workplace);
      const run = await measure(['run', '--report-records', 'none', ...flags], workplace);
      expectAll(run, interactions);
      const verify = await measure(['verify'], workplace);
      return [
        reading(`${name}: run`, 'interactions/s', interactions, run),
        reading(`${name}: verify`, 'interactions/s', interactions, verify),
      ];
    },
  };
}

function media(name: string, count: number, bytes: number): Scenario {
  const megabytes = (count * bytes) / megabyte;
  return {
    name,
    tenant: ['--interactions', String(count), '--media', 'wav', '--media-bytes', String(bytes)],
    round: async (workplace) => {
      await measure(['init'], workplace);
      const run = await measure(['run', '--report-records', 'none'], workplace);
      expectAll(run, count);
      const verify = await measure(['verify'], workplace);
      return [
        reading(`${name}: run`, 'MB/s', megabytes, run),
        reading(`${name}: verify`, 'MB/s', megabytes, verify),
      ];
    },
  };
}

function reading(name: string, unit: Reading['unit'], amount: number, measurement: Measurement): Reading {
  return { name, unit, value: amount / measurement.seconds, measurement };
}

/** A fast run that archived less than there was would be no good result. */
function expectAll({ command, result }: Measurement, interactions: number): void {
  if (
    typeof result !== 'object' ||
    result === null ||
    !('successful_archives' in result) ||
    result.successful_archives !== interactions
  ) {
    throw new Error(
      `${command} did not archive all ${interactions}: ${JSON.stringify(result).slice(0, 2000)}`,
    );
  }
}
