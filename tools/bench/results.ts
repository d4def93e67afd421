import type { Reading } from './scenarios.ts';

/** The readings of one name from all rounds. */
export interface Result {
  readonly name: string;
  readonly unit: string;
  readonly command: string;
  readonly median: number;
  readonly values: readonly number[];
  /** Of the process, all threads together. */
  readonly medianCpuSeconds: number;
  /** The greatest of all rounds. */
  readonly peakBytes: number;
}

export function summarise(readings: readonly Reading[]): Result[] {
  return [...Map.groupBy(readings, ({ name }) => name)].map(([name, rounds]) => ({
    name,
    unit: rounds[0]?.unit ?? '',
    command: rounds[0]?.measurement.command ?? '',
    median: median(rounds.map(({ value }) => value)),
    values: rounds.map(({ value }) => value),
    medianCpuSeconds: median(rounds.map(({ measurement }) => measurement.used.cpuSeconds)),
    peakBytes: Math.max(...rounds.map(({ measurement }) => measurement.used.peakBytes)),
  }));
}

/** A table that can be put into docs/performance.md as it is. */
export function markdownTable(results: readonly Result[]): string {
  const rows = results.map(({ name, unit, command, median: middle, values, medianCpuSeconds, peakBytes }) => {
    const rounds = values.map((value) => value.toFixed(0)).join(', ');
    const peak = `${(peakBytes / 1e6).toFixed(0)} MB`;
    const cpu = `${medianCpuSeconds.toFixed(1)} s`;
    return `| ${name} | ${middle.toFixed(0)} ${unit} | ${rounds} | ${cpu} | ${peak} | \`${command}\` |`;
  });
  const head = [
    '| what | median | rounds | processor time | peak memory | command |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  return [...head, ...rows].join('\n');
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
