import { parseArgs } from 'node:util';

/** What is measured, and how much of it. */
export interface BenchOptions {
  readonly rounds: number;
  readonly interactions: number;
  readonly recordings: number;
  /** Names of scenarios; none: all. */
  readonly only: readonly string[];
  /** Where the results go as JSON. */
  readonly json: string | undefined;
  /** Where archives are written; the system's folder for temporary files if left out. */
  readonly folder: string | undefined;
}

export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '3' },
      interactions: { type: 'string', default: '20000' },
      recordings: { type: 'string', default: '200' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      folder: { type: 'string' },
    },
  });
  return {
    rounds: Number(values.rounds),
    interactions: Number(values.interactions),
    recordings: Number(values.recordings),
    only: values.only,
    json: values.json,
    folder: values.folder,
  };
}
