import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** A server that tests talk to, and where its source is. */
export interface ServerSource {
  readonly command: string;
  /** A Go module with its version, for `go install`; without one the server is used only where it is installed. */
  readonly goModule?: string;
}

const modules = join(import.meta.dirname, '..', '..', 'node_modules');

/** Built servers stay here until the next `npm ci`. */
const cacheFolder = join(modules, '.cache', 'cxvault-servers');

/** 15 min: a first build on two cores takes three, and may have to share them. */
const buildTimeoutMs = 900_000;

/**
 * The path of a server's program: from the PATH, from npm, from an earlier build, or built now with Go. Throws an `Error`
 * that says what was missing.
 */
export async function serverBinary(source: ServerSource): Promise<string> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(modules, '.bin')];
  const installed = await firstRunnable(folders, source.command);
  if (installed !== undefined) return installed;
  if (source.goModule === undefined) throw new Error(`${source.command} is not installed`);
  const folder = join(cacheFolder, source.goModule.replaceAll(/[^\w.@-]/g, '_'));
  return (await firstRunnable([folder], source.command)) ?? build(source.command, source.goModule, folder);
}

async function firstRunnable(folders: readonly string[], command: string): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, command);
    if (await isRunnable(path)) return path;
  }
  return undefined;
}

async function isRunnable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Builds in a folder of its own: tests that start at once must not meet a half-written program. */
async function build(command: string, goModule: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const building = await mkdtemp(join(folder, 'building-'));
  console.info(`building ${goModule} with Go; the first time takes some minutes`);
  try {
    const env = { ...process.env, GOBIN: building };
    await promisify(execFile)('go', ['install', goModule], { env, timeout: buildTimeoutMs });
    await rename(join(building, command), join(folder, command));
    return join(folder, command);
  } catch (error) {
    throw new Error(`${command} is not on the PATH, and could not be built with Go`, { cause: error });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}
