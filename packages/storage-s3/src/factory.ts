import type { ObjectStore, StorageFactory } from '@cxvault/plugin-api';

import { defaultTuning } from './s3-calls.ts';
import type { Tuning } from './s3-calls.ts';
import { parseLocation } from './s3-location.ts';
import { S3Store } from './s3-store.ts';

/** Archives in Amazon S3 and in what speaks its protocol: `s3://bucket/prefix?region=…`. */
export const s3Storage: StorageFactory = {
  schemes: ['s3'],
  open: (url, { env }) => openS3(url, env),
};

/**
 * Opens a store without asking the server anything. `tuning` is for tests that cannot wait for a time limit.
 * Throws `CONFIG_INVALID` for an address that is not right.
 */
export async function openS3(
  url: URL,
  env: NodeJS.ProcessEnv,
  tuning: Partial<Tuning> = {},
): Promise<ObjectStore> {
  const location = parseLocation(url, env);
  // Loaded here and not above: a hundred files that `cxvault --help` need not wait for.
  const { connect } = await import('./client.ts');
  const calls = await connect(location, {
    credentials: credentialsIn(env),
    tuning: { ...defaultTuning, ...tuning },
  });
  return new S3Store(calls, location);
}

/** The first link of the SDK's chain, for an environment that is not the process's own; else the chain itself. */
function credentialsIn(env: NodeJS.ProcessEnv) {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (env === process.env || !accessKeyId || !secretAccessKey || env['AWS_PROFILE']) return undefined;
  const sessionToken = env['AWS_SESSION_TOKEN'];
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}
