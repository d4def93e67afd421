import { createBucket, startGcsServer } from './gcs-server.ts';
import { startS3Server } from './s3-server.ts';
import { serverBinary } from './server-binary.ts';
import { freePort, startServerProcess } from './server-process.ts';

/** A server that runs, and what makes cxvault use it. */
export interface RunningServer {
  /** Variables of the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The address of an archive in it. */
  readonly archive: string;
  readonly stop: () => Promise<void>;
}

export interface KnownServer {
  /** As in compose.yaml. */
  readonly name: string;
  /** From the PATH, from npm, or built with Go. Throws an `Error` that says what was missing. */
  readonly start: () => Promise<RunningServer>;
  /** What it is used by when docker compose runs it. `prepare` makes what an archive needs. */
  readonly composed: Omit<RunningServer, 'stop'> & {
    readonly url: string;
    readonly prepare?: () => Promise<void>;
  };
}

const composedGcs = 'http://127.0.0.1:4443';
const composedAzurite = 'http://127.0.0.1:10000';

/** One for each kind of store that is not a folder. */
export const knownServers: readonly KnownServer[] = [
  {
    name: 'versitygw',
    start: async () => {
      const server = await startS3Server('versitygw');
      return { ...server, archive: server.archive('try').href };
    },
    composed: {
      url: 'http://127.0.0.1:7070',
      env: { AWS_ACCESS_KEY_ID: 'cxvault', AWS_SECRET_ACCESS_KEY: 'cxvault-test-secret' },
      archive: 's3://BUCKET/try?endpoint=http://127.0.0.1:7070&sse=none, in a bucket that you create',
    },
  },
  {
    name: 'fake-gcs-server',
    start: async () => {
      const server = await startGcsServer();
      return { ...server, archive: server.archive('try').href };
    },
    composed: {
      url: composedGcs,
      env: { STORAGE_EMULATOR_HOST: composedGcs },
      archive: 'gs://archives/try',
      prepare: () => createBucket(composedGcs, { name: 'archives' }),
    },
  },
  {
    name: 'azurite',
    start: startAzurite,
    composed: { url: composedAzurite, ...azuriteAt(composedAzurite) },
  },
];

async function startAzurite(): Promise<RunningServer> {
  const binary = await serverBinary({ command: 'azurite-blob' });
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const quiet = ['--silent', '--disableTelemetry', '--skipApiVersionCheck', '--inMemoryPersistence'];
  const args = [...quiet, '--blobHost', '127.0.0.1', '--blobPort', String(port)];
  const server = await startServerProcess(binary, args, {
    url: endpoint,
    env: { PATH: process.env['PATH'] },
  });
  return { ...azuriteAt(endpoint), stop: () => server.stop() };
}

/** Azurite's one account; its key is published in its README. */
function azuriteAt(endpoint: string): Omit<RunningServer, 'stop'> {
  const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
  const account = `AccountName=devstoreaccount1;AccountKey=${key}`;
  return {
    env: { AZURE_STORAGE_CONNECTION_STRING: `${account};BlobEndpoint=${endpoint}/devstoreaccount1` },
    archive: 'az://CONTAINER/try, in a container that you create',
  };
}
