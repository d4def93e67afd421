import { CxvaultError, Secret } from '@cxvault/plugin-api';

import { checkAccount, checkEndpoint } from './azure-location.ts';
import type { AzureLogin, Credential } from './azure-login.ts';

/** The account of every emulator, and its published key: Azurite's README. */
const emulator = {
  AccountName: 'devstoreaccount1',
  AccountKey: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
  BlobEndpoint: 'http://127.0.0.1:10000/devstoreaccount1',
};

/** Reads what Azure's portal calls a connection string. Throws `CONFIG_INVALID`, which shows nothing of it. */
export function readConnectionString(text: string): AzureLogin {
  const fields = fieldsOf(text);
  const credential = credentialIn(fields);
  const endpoint = endpointIn(fields);
  const account = fields['AccountName'] ?? accountAt(endpoint);
  if (credential === undefined || endpoint === undefined || account === undefined) throw unreadable();
  return { account: checkAccount(account, 'AccountName'), endpoint: checkEndpoint(endpoint), credential };
}

type Fields = Readonly<Record<string, string>>;

function fieldsOf(text: string): Fields {
  const fields: Record<string, string> = {};
  for (const part of text.split(';').filter((each) => each.trim() !== '')) {
    const [, name, value] = /^\s*(\w+)=(.*?)\s*$/s.exec(part) ?? [];
    if (name === undefined || value === undefined) throw unreadable();
    if (value !== '') fields[name] = value;
  }
  return fields['UseDevelopmentStorage'] === 'true' ? emulator : fields;
}

function credentialIn({ AccountKey: key, SharedAccessSignature: token }: Fields): Credential | undefined {
  if (key !== undefined) return { kind: 'key', key: new Secret(key) };
  return token === undefined ? undefined : { kind: 'sas', token: new Secret(token.replace(/^\?/, '')) };
}

function endpointIn(fields: Fields): string | undefined {
  if (fields['BlobEndpoint'] !== undefined) return fields['BlobEndpoint'];
  if (fields['AccountName'] === undefined) return undefined;
  const { AccountName, DefaultEndpointsProtocol = 'https', EndpointSuffix = 'core.windows.net' } = fields;
  return `${DefaultEndpointsProtocol}://${AccountName}.blob.${EndpointSuffix}`;
}

/** A connection string with a shared access signature may name the account in its endpoint only. */
function accountAt(endpoint: string | undefined): string | undefined {
  return URL.parse(endpoint ?? '')?.hostname.split('.')[0];
}

function unreadable(): CxvaultError {
  return new CxvaultError('CONFIG_INVALID', 'AZURE_STORAGE_CONNECTION_STRING is no connection string', {
    hint:
      'copy it from the Azure portal: Storage account > Security + networking > Access keys > Connection string, ' +
      'whole and in quotes',
  });
}
