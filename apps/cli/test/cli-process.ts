import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The bin as a user runs it; it runs dist. */
export const bin = fileURLToPath(new URL('../bin/run.js', import.meta.url));

/** What came of a command. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds. */
  readonly tookMs: number;
}

/** A place for one test: an empty home, a working folder, and an environment with nothing else in it. */
export class Desk {
  readonly folder: string;
  readonly env: Record<string, string>;

  /** Never to be seen in any output; every command is checked for them. */
  readonly #secrets: string[] = [];

  constructor(folder: string) {
    this.folder = folder;
    this.env = { HOME: folder, PATH: dirname(process.execPath) };
  }

  static async open(): Promise<Desk> {
    return new Desk(await mkdtemp(join(tmpdir(), 'cxvault-cli-')));
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Notes a secret, and returns it. */
  secret(value: string): string {
    this.#secrets.push(value);
    return value;
  }

  /** The environment for a simulated tenant. */
  sourceAt(url: string, clientSecret: string): Record<string, string> {
    return {
      CXONE_API_BASE: url,
      CXONE_CLIENT_ID: 'demo-client',
      CXONE_CLIENT_SECRET: clientSecret,
      CXONE_ARCHIVAL_FIELD_ID: 'archival_status',
    };
  }

  /** Starts a command; see {@link Desk.run}. */
  start(
    args: readonly string[],
    env: Record<string, string> = {},
    node: readonly string[] = [],
  ): ChildProcess {
    return spawn(process.execPath, [...node, bin, ...args], {
      cwd: this.folder,
      env: { ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Waits for a started command to end, and checks what it wrote for secrets. */
  async ended(child: ChildProcess): Promise<Omit<Ended, 'tookMs'>> {
    const result = await ended(child);
    this.#refuseSecrets(result);
    return result;
  }

  /** Runs a command to its end. */
  async run(
    args: readonly string[],
    env: Record<string, string> = {},
    node: readonly string[] = [],
  ): Promise<Ended> {
    const startedAt = performance.now();
    const child = this.start(args, env, node);
    return { ...(await this.ended(child)), tookMs: performance.now() - startedAt };
  }

  /** Runs a command with `--json`; its stdout must be exactly one JSON document. */
  async json(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<Ended & { document: unknown }> {
    const result = await this.run([...args, '--json'], env);
    return { ...result, document: JSON.parse(result.stdout) };
  }

  #refuseSecrets({ stdout, stderr }: Omit<Ended, 'tookMs'>): void {
    const shown = this.#secrets.find((secret) => stdout.includes(secret) || stderr.includes(secret));
    if (shown !== undefined) throw new Error(`a secret was printed: ${shown}`);
  }
}

/** Collects what a process writes until it ends. */
export async function ended(child: ChildProcess): Promise<Omit<Ended, 'tookMs'>> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    code,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  };
}
