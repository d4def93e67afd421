import type { ObjectStore, StorageFactory } from '@cxvault/plugin-api';

import { defaultTuning } from './azure-calls.ts';
import type { Tuning } from './azure-calls.ts';
import { parseLocation } from './azure-location.ts';
import { chooseLogin } from './azure-login.ts';
import { AzureStore } from './azure-store.ts';

/** Archives in Azure Blob Storage: `az://container/prefix?account=…`. */
export const azureStorage: StorageFactory = {
  schemes: ['az'],
  open: (url, context) => openAzure(url, context),
};

/**
 * Opens a store without asking the server anything. `tuning` is for tests that cannot wait for a time limit.
 * Throws `CONFIG_INVALID` for an address, a setting or a variable that is not right.
 */
export async function openAzure(
  url: URL,
  { env, settings }: { readonly env: NodeJS.ProcessEnv; readonly settings?: unknown },
  tuning: Partial<Tuning> = {},
): Promise<ObjectStore> {
  const location = parseLocation(url, settings);
  const login = chooseLogin(location, env);
  // Loaded here and not above: hundreds of files that `cxvault --help` need not wait for.
  const { connect } = await import('./client.ts');
  const calls = await connect(location.container, login, { ...defaultTuning, ...tuning });
  return new AzureStore(calls, location);
}
