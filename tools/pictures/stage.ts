import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSimulator } from '@cxvault/cxone-simulator';
import { startS3Server } from '../servers/s3-server.ts';

const bin = fileURLToPath(new URL('../../apps/cli/bin/run.js', import.meta.url));
const interactions = 1_500;

/** A folder with a `cxvault` to type, a tenant and a bucket with an empty archive. */
export interface Stage extends AsyncDisposable {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

export async function openStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'cxvault-pictures-'));
  const tenant = await startSimulator({
    seed: 'pictures',
    population: { interactions },
    media: { kind: 'mixed', bytes: [4_000, 60_000] },
    faults: { denied: { fraction: 0.002 }, mediaMissing: { fraction: 0.02 }, locked: { fraction: 0.002 } },
  });
  const s3 = await startS3Server();
  const env = {
    HOME: folder,
    PATH: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin`,
    CXONE_API_BASE: tenant.url,
    CXONE_CLIENT_ID: 'demo-client',
    CXONE_CLIENT_SECRET: 'demo-secret',
    CXONE_ARCHIVAL_FIELD_ID: 'archival_status',
    ARCHIVAL_ENCRYPTION_KEY: 'for pictures only',
    CXVAULT_ARCHIVE: `s3://${s3.bucket}/cxone?sse=none`,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    ...s3.env,
    LANG: 'C.UTF-8',
  };
  await writeFile(join(folder, 'cxvault'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  await chmod(join(folder, 'cxvault'), 0o755);
  await promisify(execFile)(join(folder, 'cxvault'), ['init'], { env, cwd: folder });
  return {
    folder,
    env,
    [Symbol.asyncDispose]: async () => {
      await s3.stop();
      await tenant.close();
      await rm(folder, { recursive: true });
    },
  };
}
