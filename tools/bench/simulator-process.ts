import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../apps/cxone-simulator/bin/run.js', import.meta.url));

/** A tenant in a process of its own. */
export interface SimulatorProcess extends AsyncDisposable {
  readonly url: string;
}

/** Starts a tenant and waits until it listens. Throws when it ends before that. */
export async function startSimulatorProcess(args: readonly string[]): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    return {
      url: urlOf(line),
      [Symbol.asyncDispose]: async () => {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  throw new Error(`the simulator ended: ${args.join(' ')}`);
}

function urlOf(line: string): string {
  const answer: unknown = JSON.parse(line);
  if (typeof answer === 'object' && answer !== null && 'url' in answer && typeof answer.url === 'string') {
    return answer.url;
  }
  throw new Error(`the simulator said: ${line}`);
}
