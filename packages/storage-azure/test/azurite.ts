import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';

import { ContainerClient } from '@azure/storage-blob';

/** Microsoft's emulator of Blob Storage, in a process of its own, with nothing on disk. */
export interface Azurite {
  /** The account's blob endpoint. */
  readonly endpoint: string;
  readonly connectionString: string;
  /** An address of a folder that nothing is in yet; `parameters` are added to its query. */
  readonly newArchive: (parameters?: Record<string, string>) => URL;
  /** Once, before the first archive. */
  readonly createContainer: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const container = 'archives';

export const account = 'devstoreaccount1';

/** Published in Azurite's README. */
export const accountKey =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export async function startAzurite(options: readonly string[] = []): Promise<Azurite> {
  const program = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js');
  const quiet = ['--silent', '--disableTelemetry', '--skipApiVersionCheck', '--inMemoryPersistence'];
  const where = ['--blobHost', '127.0.0.1', '--blobPort', '0'];
  const server = spawn(process.execPath, [program, ...quiet, ...where, ...options], {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endpoint = `${await listening(server.stdout)}/${account}`;
  const [scheme = 'http'] = endpoint.split(':');
  const parts = [`DefaultEndpointsProtocol=${scheme}`, `AccountName=${account}`, `AccountKey=${accountKey}`];
  const connectionString = [...parts, `BlobEndpoint=${endpoint}`].join(';');
  return {
    endpoint,
    connectionString,
    newArchive: (parameters = {}) => {
      const url = new URL(`az://${container}/${randomUUID()}`);
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url;
    },
    createContainer: async () => {
      await new ContainerClient(connectionString, container).create();
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.kill();
      await closed;
    },
  };
}

async function listening(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const [, address] = /successfully listens on (\S+)/.exec(line) ?? [];
    if (address === undefined) continue;
    output.resume();
    return address;
  }
  throw new Error('Azurite did not start');
}
