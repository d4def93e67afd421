import type { ObjectStore, StorageFactory } from '@cxvault/plugin-api';

import { defaultTuning } from './gcs-calls.ts';
import type { Tuning } from './gcs-calls.ts';
import { parseLocation } from './gcs-location.ts';
import { GcsStore } from './gcs-store.ts';

/** Archives in Google Cloud Storage: `gs://bucket/prefix`. */
export const gcsStorage: StorageFactory = {
  schemes: ['gs'],
  open: (url, context) => openGcs(url, context),
};

/**
 * Opens a store without asking the server anything. `tuning` is for tests that cannot wait for a time limit.
 * Throws `CONFIG_INVALID` for an address, a setting or a variable that is not right.
 */
export async function openGcs(
  url: URL,
  { env, settings }: { readonly env: NodeJS.ProcessEnv; readonly settings?: unknown },
  tuning: Partial<Tuning> = {},
): Promise<ObjectStore> {
  const location = parseLocation(url, env, settings);
  const limits = { ...defaultTuning, ...tuning };
  // Loaded here and not above: hundreds of files that `cxvault --help` need not wait for.
  const { connect } = await import('./client.ts');
  return new GcsStore(connect(location, limits), location, limits);
}
