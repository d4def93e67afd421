import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { comesUp } from './server-process.ts';

const file = join(import.meta.dirname, 'compose.yaml');

/** 10 min: an image may have to be fetched. */
const timeout = 600_000;

/**
 * Starts one server of compose.yaml, waits until `url` answers, and gives what ends it. Throws an `Error` that says what
 * Docker said.
 */
export async function startComposed(name: string, url: string): Promise<() => Promise<void>> {
  const stop = () => compose('rm', '--stop', '--force', name);
  await compose('up', '--detach', '--wait', name);
  if (await comesUp(url, () => false)) return stop;
  await stop();
  throw new Error(`docker compose: ${name} runs, and does not answer at ${url}`);
}

async function compose(...args: string[]): Promise<void> {
  try {
    await promisify(execFile)('docker', ['compose', '--file', file, ...args], { timeout });
  } catch (error) {
    const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : '';
    const [why = ''] = said.trim().split('\n');
    throw new Error(`docker compose: ${why === '' ? String(error) : why}`, { cause: error });
  }
}
