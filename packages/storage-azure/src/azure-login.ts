import { CxvaultError, Secret } from '@cxvault/plugin-api';

import { checkAccount } from './azure-location.ts';
import type { AzureLocation } from './azure-location.ts';
import { readConnectionString } from './connection-string.ts';

/** Where an account is, and how to be let in. */
export interface AzureLogin {
  readonly account: string;
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly credential: Credential;
}

export type Credential =
  | { readonly kind: 'key'; readonly key: Secret }
  /** A shared access signature, without its question mark. */
  | { readonly kind: 'sas'; readonly token: Secret }
  /** Microsoft Entra ID: a managed identity, a service principal, or who signed in on this machine. */
  | { readonly kind: 'identity' };

/**
 * Chooses the login for an address: `AZURE_STORAGE_CONNECTION_STRING`, else `AZURE_STORAGE_KEY`, else
 * `AZURE_STORAGE_SAS_TOKEN`, else an identity. A secret of one account is never sent to another: where the address
 * names another account than the environment, the secret is passed over. Throws `CONFIG_INVALID`.
 */
export function chooseLogin(location: AzureLocation, env: NodeJS.ProcessEnv): AzureLogin {
  const text = valueOf(env, 'AZURE_STORAGE_CONNECTION_STRING');
  const whole = text === undefined ? undefined : readConnectionString(text);
  const wanted = location.account ?? whole?.account;
  if (whole && whole.account === wanted) return { ...whole, endpoint: location.endpoint ?? whole.endpoint };
  const named = valueOf(env, 'AZURE_STORAGE_ACCOUNT');
  const account = location.account ?? (named && checkAccount(named, 'AZURE_STORAGE_ACCOUNT'));
  if (account === undefined) {
    throw new CxvaultError('CONFIG_INVALID', 'nothing names the storage account', {
      context: { container: location.container },
      hint: 'add ?account=NAME to the archive address, or set AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT',
    });
  }
  const endpoint = location.endpoint ?? `https://${account}.blob.core.windows.net`;
  const trusted = named === undefined || named === account;
  return { account, endpoint, credential: (trusted ? secretIn(env) : undefined) ?? { kind: 'identity' } };
}

function secretIn(env: NodeJS.ProcessEnv): Credential | undefined {
  const key = valueOf(env, 'AZURE_STORAGE_KEY');
  if (key !== undefined) return { kind: 'key', key: new Secret(key) };
  const token = valueOf(env, 'AZURE_STORAGE_SAS_TOKEN');
  return token === undefined ? undefined : { kind: 'sas', token: new Secret(token.replace(/^\?/, '')) };
}

/** An empty variable is an unset one: that is how shells and CI systems unset them. */
function valueOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}
