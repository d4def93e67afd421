import { serverBinary } from './server-binary.ts';
import type { ServerSource } from './server-binary.ts';
import { freePort, startServerProcess } from './server-process.ts';

/** A Google Cloud Storage emulator on the loopback interface, empty but for one bucket. */
export interface GcsServer {
  /** For example `http://127.0.0.1:41234`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** What makes the store, and Google's own tools, use it. */
  readonly env: Readonly<Record<'STORAGE_EMULATOR_HOST', string>>;
  /** An archive's address below the bucket. */
  readonly archive: (prefix: string) => URL;
  /** Ends the server; its data is in memory only. */
  readonly stop: () => Promise<void>;
}

const bucket = 'archives';

const source: ServerSource = {
  command: 'fake-gcs-server',
  goModule: 'github.com/fsouza/fake-gcs-server@v1.56.1',
};

/**
 * Starts fake-gcs-server. Builds it with Go if need be, which takes minutes the first time. Throws when it is neither
 * installed nor can be built.
 */
export async function startGcsServer(): Promise<GcsServer> {
  const binary = await serverBinary(source);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const args = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-external-url', endpoint];
  const server = await startServerProcess(
    binary,
    [...args, '-public-host', `127.0.0.1:${port}`, '-backend', 'memory', '-log-level', 'error'],
    { url: `${endpoint}/_internal/healthcheck`, env: { PATH: process.env['PATH'] } },
  );
  await createBucket(endpoint, { name: bucket });
  return {
    endpoint,
    bucket,
    env: { STORAGE_EMULATOR_HOST: endpoint },
    archive: (prefix) => new URL(`gs://${bucket}/${prefix}`),
    stop: () => server.stop(),
  };
}

/** Makes a bucket; `description` as in the JSON API. */
export async function createBucket(
  endpoint: string,
  description: { readonly name: string; readonly versioning?: { readonly enabled: boolean } },
): Promise<void> {
  const answer = await fetch(`${endpoint}/storage/v1/b?project=cxvault`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(description),
  });
  if (!answer.ok) throw new Error(`the bucket ${description.name} could not be made: HTTP ${answer.status}`);
}
