import { addressParameters, addressPrefix, CxvaultError } from '@cxvault/plugin-api';

/** What an address such as `az://container/prefix?account=name` names. */
export interface AzureLocation {
  readonly container: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  /** Undefined: the environment says which. */
  readonly account: string | undefined;
  /** The account's blob endpoint; undefined: the environment's, or that of the public cloud. */
  readonly endpoint: string | undefined;
  readonly encryptionScope: string | undefined;
}

const parameterNames = ['account', 'endpoint', 'encryptionScope'] as const;

const hint =
  `write az://container/prefix, with any of ${parameterNames.map((name) => `${name}=`).join(' ')} after a ?; ` +
  'keys and SAS tokens go into the environment: AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or ' +
  'AZURE_STORAGE_SAS_TOKEN';

/**
 * Reads an address; `settings` (the configuration's `storage`) may name an encryption scope for all of them, as
 * `azure.encryptionScope`. Throws `CONFIG_INVALID`.
 */
export function parseLocation(url: URL, settings?: unknown): AzureLocation {
  if (url.username !== '' || url.password !== '')
    throw invalid('credentials do not belong in an archive address', {});
  const container = url.hostname;
  if (container === '') throw invalid('the archive address names no container', {});
  if (url.port !== '' || url.hash !== '') {
    throw invalid('an Azure archive address has neither port nor fragment', { container });
  }
  // Azure Storage: "Naming and referencing containers, blobs, and metadata".
  if (!/^[a-z0-9](?:-?[a-z0-9]){2,62}$/.test(container)) {
    throw invalid('a container has 3 to 63 lower-case letters, digits and single hyphens', { container });
  }
  const { account, endpoint, encryptionScope } = addressParameters(url, parameterNames, hint);
  return {
    container,
    prefix: addressPrefix(url, hint),
    account: account === undefined ? undefined : checkAccount(account, 'account'),
    endpoint: endpoint === undefined ? undefined : checkEndpoint(endpoint),
    encryptionScope: encryptionScope ?? scopeIn(settings),
  };
}

/** The name of a storage account, which becomes part of a host's. Throws `CONFIG_INVALID`. */
export function checkAccount(account: string, from: string): string {
  if (/^[a-z0-9]{3,24}$/.test(account)) return account;
  throw invalid('a storage account has 3 to 24 lower-case letters and digits', { [from]: account });
}

/** A blob endpoint without anything after its path. Throws `CONFIG_INVALID`, without what could be a secret. */
export function checkEndpoint(text: string): string {
  const url = URL.parse(text);
  const plain = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url === null || !plain || !['http:', 'https:'].includes(url.protocol)) {
    throw invalid('the blob endpoint is no plain http or https address', { endpoint: url?.host ?? '' });
  }
  return url.href.replace(/\/+$/, '');
}

function scopeIn(settings: unknown): string | undefined {
  const azure = memberOf(settings, 'azure');
  if (azure === undefined) return undefined;
  const scope = memberOf(azure, 'encryptionScope');
  const names = typeof azure === 'object' && azure !== null ? Object.keys(azure) : ['…'];
  const strange = names.filter((name) => name !== 'encryptionScope');
  if (strange.length === 0 && typeof scope === 'string' && scope !== '') return scope;
  throw new CxvaultError('CONFIG_INVALID', 'the setting storage.azure is not right', {
    context: { settings: strange.join(' ') || 'encryptionScope' },
    hint: 'it has one member: "storage": {"azure": {"encryptionScope": "NAME"}}',
  });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function invalid(message: string, context: Record<string, string>): CxvaultError {
  return new CxvaultError('CONFIG_INVALID', message, { context, hint });
}
