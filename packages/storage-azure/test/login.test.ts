import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import { parseLocation } from '../src/azure-location.ts';
import { chooseLogin } from '../src/azure-login.ts';

const key = 'dG9wLXNlY3JldA==';

const string = `DefaultEndpointsProtocol=https;AccountName=first;AccountKey=${key};EndpointSuffix=core.windows.net`;

function login(query: string, env: NodeJS.ProcessEnv) {
  const { account, endpoint, credential } = chooseLogin(
    parseLocation(new URL(`az://container/p${query}`)),
    env,
  );
  const secret =
    credential.kind === 'key' ? credential.key : credential.kind === 'sas' ? credential.token : undefined;
  return { account, endpoint, kind: credential.kind, secret: secret?.reveal() };
}

const first = { account: 'first', endpoint: 'https://first.blob.core.windows.net' };

describe('the login', () => {
  it('is that of the connection string', () => {
    const env = { AZURE_STORAGE_CONNECTION_STRING: string, AZURE_STORAGE_SAS_TOKEN: 'sig=other' };
    expect(login('', env)).toEqual({ ...first, kind: 'key', secret: key });
    expect(login('?account=first', env)).toEqual({ ...first, kind: 'key', secret: key });
  });

  it.each([
    [
      'another cloud',
      `AccountName=first;AccountKey=${key};EndpointSuffix=core.chinacloudapi.cn;`,
      { account: 'first', endpoint: 'https://first.blob.core.chinacloudapi.cn', kind: 'key', secret: key },
    ],
    [
      'an endpoint of its own',
      `AccountName=first;AccountKey=${key};BlobEndpoint=http://127.0.0.1:1/first/`,
      { account: 'first', endpoint: 'http://127.0.0.1:1/first', kind: 'key', secret: key },
    ],
    [
      'a shared access signature, its account in the endpoint only',
      'BlobEndpoint=https://first.blob.core.windows.net/;SharedAccessSignature=?sv=2026&sig=a%3D',
      { ...first, kind: 'sas', secret: 'sv=2026&sig=a%3D' },
    ],
    [
      'the emulator',
      'UseDevelopmentStorage=true',
      { account: 'devstoreaccount1', endpoint: 'http://127.0.0.1:10000/devstoreaccount1', kind: 'key' },
    ],
  ])('is read from a connection string of %s', (_name, text, expected) => {
    expect(login('', { AZURE_STORAGE_CONNECTION_STRING: text })).toMatchObject(expected);
  });

  it('is the account key, else the SAS token, else an identity', () => {
    const env = { AZURE_STORAGE_ACCOUNT: 'first', AZURE_STORAGE_KEY: key, AZURE_STORAGE_SAS_TOKEN: '?sig=x' };
    expect(login('', env)).toEqual({ ...first, kind: 'key', secret: key });
    expect(login('', { ...env, AZURE_STORAGE_KEY: '' })).toEqual({ ...first, kind: 'sas', secret: 'sig=x' });
    expect(login('?account=first', {})).toEqual({ ...first, kind: 'identity', secret: undefined });
    expect(login('?account=first', { AZURE_STORAGE_KEY: key })).toMatchObject({ kind: 'key' });
  });

  it('of one account is never used for another', () => {
    const second = { account: 'second', endpoint: 'https://second.blob.core.windows.net' };
    for (const env of [
      { AZURE_STORAGE_CONNECTION_STRING: string },
      { AZURE_STORAGE_ACCOUNT: 'first', AZURE_STORAGE_KEY: key },
      { AZURE_STORAGE_ACCOUNT: 'first', AZURE_STORAGE_SAS_TOKEN: 'sig=x' },
    ]) {
      expect(login('?account=second', env)).toEqual({ ...second, kind: 'identity', secret: undefined });
    }
  });

  it("goes to the address's endpoint, if that names one", () => {
    const endpoint = 'https://first.privatelink.example.com';
    const query = `?endpoint=${endpoint}`;
    expect(login(query, { AZURE_STORAGE_CONNECTION_STRING: string })).toMatchObject({
      endpoint,
      kind: 'key',
    });
    expect(login(query, { AZURE_STORAGE_ACCOUNT: 'first' })).toMatchObject({ endpoint, kind: 'identity' });
  });

  it('needs an account', () => {
    const refuse = () => login('', { AZURE_STORAGE_KEY: key });
    expect(refuse).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', hint: expect.stringContaining('?account=NAME') }),
    );
  });

  it.each([
    'top-secret',
    'AccountKey=top-secret',
    'AccountName=first;EndpointSuffix=core.windows.net;top-secret',
    'AccountName=first;top-secret=',
    'AccountName=FIRST;AccountKey=top-secret',
    'AccountName=first;AccountKey=top-secret;BlobEndpoint=first.blob.core.windows.net',
    'BlobEndpoint=https://first.blob.core.windows.net/?sig=top-secret;SharedAccessSignature=sig=top-secret',
  ])('refuses what is no connection string, and shows nothing of it: %s', (text) => {
    let shown = '';
    try {
      login('', { AZURE_STORAGE_CONNECTION_STRING: text });
    } catch (error) {
      shown = inspect(error, { depth: 5 });
    }
    expect(shown).toContain('CONFIG_INVALID');
    expect(shown).not.toContain('top-secret');
  });

  it('shows no secret when printed', () => {
    const location = parseLocation(new URL('az://container/p?account=first'));
    const shown = inspect(chooseLogin(location, { AZURE_STORAGE_KEY: key }), { depth: 5 });
    expect(shown).not.toContain(key);
  });
});
