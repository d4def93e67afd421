import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { serverBinary } from './server-binary.ts';
import type { ServerSource } from './server-binary.ts';
import { freePort, startServerProcess } from './server-process.ts';

/** A real S3 server on the loopback interface, empty but for one bucket. */
export interface S3Server {
  readonly name: S3ServerName;
  /** For example `http://127.0.0.1:41234`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Credentials and region, as the SDK's environment variables. */
  readonly env: Readonly<Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_REGION', string>>;
  /** An archive's address below the bucket: endpoint and encryption as this server needs them. */
  readonly archive: (prefix: string) => URL;
  /** False: the server does not encrypt by itself, and the addresses say `sse=none`. */
  readonly encrypts: boolean;
  /** Ends the server and removes its data. */
  readonly stop: () => Promise<void>;
}

export type S3ServerName = 'versitygw' | 'minio';

interface S3ServerKind extends ServerSource {
  readonly encrypts: boolean;
  readonly start: (
    port: number,
    folders: { readonly data: string; readonly versions: string },
  ) => { readonly args: string[]; readonly env: NodeJS.ProcessEnv };
}

const bucket = 'archives';
const env = {
  AWS_ACCESS_KEY_ID: 'cxvault',
  AWS_SECRET_ACCESS_KEY: 'cxvault-test-secret',
  AWS_REGION: 'us-east-1',
};

const kinds: Readonly<Record<S3ServerName, S3ServerKind>> = {
  versitygw: {
    command: 'versitygw',
    goModule: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0',
    encrypts: false,
    start: (port, { data, versions }) => ({
      args: ['--port', `127.0.0.1:${port}`, 'posix', '--versioning-dir', versions, data],
      env: { ROOT_ACCESS_KEY: env.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: env.AWS_SECRET_ACCESS_KEY },
    }),
  },
  // Not built here: that takes a quarter of an hour. Used where it is installed.
  minio: {
    command: 'minio',
    encrypts: true,
    start: (port, { data }) => ({
      args: ['server', '--address', `127.0.0.1:${port}`, '--console-address', '127.0.0.1:0', data],
      env: {
        MINIO_ROOT_USER: env.AWS_ACCESS_KEY_ID,
        MINIO_ROOT_PASSWORD: env.AWS_SECRET_ACCESS_KEY,
        // A key of zeros: it protects what a test throws away.
        MINIO_KMS_SECRET_KEY: `test:${Buffer.alloc(32).toString('base64')}`,
      },
    }),
  },
};

/**
 * Starts an S3 server: versitygw, unless another is named. Builds it with Go if need be, which takes minutes the
 * first time. Throws when it is neither installed nor can be built.
 */
export async function startS3Server(name: S3ServerName = 'versitygw'): Promise<S3Server> {
  const kind = kinds[name];
  const binary = await serverBinary(kind);
  const folder = await mkdtemp(join(tmpdir(), `cxvault-${name}-`));
  const folders = { data: join(folder, 'data'), versions: join(folder, 'versions') };
  await mkdir(folders.versions);
  // A folder of a server's data folder is a bucket, to both servers.
  await mkdir(join(folders.data, bucket), { recursive: true });
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const start = kind.start(port, folders);
  const path = process.env['PATH'];
  const server = await startServerProcess(binary, start.args, {
    url: endpoint,
    env: { ...start.env, PATH: path, HOME: folder },
  });
  return {
    name,
    endpoint,
    bucket,
    env,
    encrypts: kind.encrypts,
    archive: (prefix) => archiveAddress(endpoint, prefix, kind.encrypts),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function archiveAddress(endpoint: string, prefix: string, encrypts: boolean): URL {
  const url = new URL(`s3://${bucket}/${prefix}`);
  url.searchParams.set('endpoint', endpoint);
  if (!encrypts) url.searchParams.set('sse', 'none');
  return url;
}
