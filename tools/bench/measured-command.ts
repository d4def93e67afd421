import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../apps/cli/bin/run.js', import.meta.url));
const selfReport = fileURLToPath(new URL('self-report.ts', import.meta.url));

/** What a process used, all its threads together. */
export interface Used {
  /** Peak resident memory. */
  readonly peakBytes: number;
  readonly cpuSeconds: number;
}

/** One command from start to end of its process. */
export interface Measurement {
  readonly command: string;
  /** Wall time, the start of Node included. */
  readonly seconds: number;
  readonly used: Used;
  /** What it printed with `--json`. */
  readonly result: unknown;
}

/** Where commands work: a folder for one round, removed after it. */
export interface Workplace {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Runs `cxvault … --json` and measures it. Throws when its exit code is not 0: a benchmark of failures says nothing. */
export async function measure(args: readonly string[], { folder, env }: Workplace): Promise<Measurement> {
  const reportFile = join(folder, 'used');
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', selfReport, bin, ...args, '--json'], {
    cwd: folder,
    env: { ...env, BENCH_REPORT_FILE: reportFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    child.exitCode === null ? once(child, 'exit') : undefined,
  ]);
  const seconds = (performance.now() - started) / 1000;
  const command = `cxvault ${args.join(' ')}`;
  if (child.exitCode !== 0) throw new Error(`${command}: exit ${child.exitCode}\n${output}\n${errors}`);
  return {
    command,
    seconds,
    used: readUsed(await readFile(reportFile, 'utf8')),
    result: JSON.parse(output),
  };
}

function readUsed(report: string): Used {
  const [peakBytes = Number.NaN, cpuSeconds = Number.NaN] = report.split(' ').map(Number);
  return { peakBytes, cpuSeconds };
}
