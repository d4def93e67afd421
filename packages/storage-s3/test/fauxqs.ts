import { randomUUID } from 'node:crypto';

import { startFauxqs } from 'fauxqs';
import type { FauxqsServer } from 'fauxqs';

/** An S3 server inside the test's own process. */
export interface FakeS3 {
  /** An address of a folder that nothing is in yet; `parameters` are added to its query. */
  readonly newArchive: (parameters?: string) => URL;
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

export const bucket = 'archives';

/** Any credentials will do: the server does not check them. */
export const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

export async function startFakeS3(): Promise<FakeS3> {
  const server: FauxqsServer = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1' });
  server.createBucket(bucket);
  const endpoint = `http://127.0.0.1:${server.port}`;
  return {
    endpoint,
    newArchive: (parameters = 'sse=none') =>
      new URL(`s3://${bucket}/${randomUUID()}?endpoint=${encodeURIComponent(endpoint)}&${parameters}`),
    stop: () => server.stop(),
  };
}
