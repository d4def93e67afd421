import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A server that runs until it is told to stop. */
export interface ServerProcess {
  readonly stop: () => Promise<void>;
}

/** 30 s: servers start in one second, and in more on a busy machine. */
const startTimeoutMs = 30_000;

/** Starts a server and waits until `url` answers anything. Throws with its last words when it does not. */
export async function startServerProcess(
  binary: string,
  args: readonly string[],
  options: { readonly url: string; readonly env: NodeJS.ProcessEnv },
): Promise<ServerProcess> {
  const child = spawn(binary, args, { env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const words = lastWordsOf(child);
  const stop = () => stopProcess(child);
  try {
    await answers(options.url, child, words);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A port of the loopback interface that was free just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

function lastWordsOf(child: ChildProcess): () => string {
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-2000);
    });
  }
  child.on('error', (error) => {
    words += error.message;
  });
  return () => words;
}

async function answers(url: string, child: ChildProcess, words: () => string): Promise<void> {
  if (await comesUp(url, () => child.exitCode !== null || child.signalCode !== null)) return;
  throw new Error(`${child.spawnfile} did not start: ${words()}`);
}

/** Waits until `url` answers anything. False when it does not in time, or when there is nothing left to wait for. */
export async function comesUp(url: string, isGone: () => boolean): Promise<boolean> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline && !isGone()) {
    if (await isUp(url)) return true;
    await wait(50);
  }
  return false;
}

async function isUp(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(1000) })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(patience);
}
