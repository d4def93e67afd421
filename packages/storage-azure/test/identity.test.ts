import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { account, container, startAzurite } from './azurite.ts';
import type { Azurite } from './azurite.ts';
import { selfSigned } from './self-signed.ts';

const folder = mkdtempSync(join(tmpdir(), 'cxvault-azure-'));
let azurite: Azurite;
let identities: Server;
let env: NodeJS.ProcessEnv;
const asked: string[] = [];

// Azurite takes tokens over HTTPS only, as Azure does; so the programs that speak with it must trust its certificate.
beforeAll(async () => {
  const { certificate, key } = selfSigned();
  writeFileSync(join(folder, 'certificate.pem'), certificate);
  writeFileSync(join(folder, 'key.pem'), key);
  const tls = [
    '--oauth',
    'basic',
    '--cert',
    join(folder, 'certificate.pem'),
    '--key',
    join(folder, 'key.pem'),
  ];
  azurite = await startAzurite(tls);
  identities = createServer((request, response) => {
    asked.push(request.url ?? '');
    const known = request.headers['x-identity-header'] === 'header-secret';
    response.writeHead(known ? 200 : 403, { 'content-type': 'application/json' });
    const until = String(Math.floor(Date.now() / 1000) + 3600);
    const given = { access_token: token(until), expires_on: until, resource: '', token_type: 'Bearer' };
    response.end(JSON.stringify(known ? given : { error: 'forbidden' }));
  }).listen(0, '127.0.0.1');
  await once(identities, 'listening');
  const address = identities.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  env = {
    PATH: process.env['PATH'],
    HOME: folder,
    NODE_EXTRA_CA_CERTS: join(folder, 'certificate.pem'),
    // How Azure tells a program of its managed identity (App Service, Container Apps, Functions).
    IDENTITY_ENDPOINT: `http://127.0.0.1:${address.port}/token`,
    IDENTITY_HEADER: 'header-secret',
  };
});

afterAll(async () => {
  await azurite.stop();
  identities.closeAllConnections();
  identities.close();
  rmSync(folder, { recursive: true });
});

/** A token such as Azurite's basic mode takes: it looks at the claims, not at the signature. */
function token(until: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    aud: 'https://storage.azure.com',
    iss: 'https://sts.windows.net/00000000-0000-0000-0000-000000000000/',
    iat: 1,
    nbf: 1,
    exp: Number(until),
  };
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.${Buffer.from('none').toString('base64url')}`;
}

/** What a program prints that opens the store as the CLI does, with this environment. */
async function inProgram(script: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const url = azurite.newArchive({ account, endpoint: azurite.endpoint });
  const source = `
    const { ContainerClient } = await import('@azure/storage-blob');
    await new ContainerClient(${JSON.stringify(azurite.connectionString)}, '${container}').createIfNotExists();
    const { openAzure } = await import('./src/factory.ts');
    const store = await openAzure(new URL(${JSON.stringify(url.href)}), { env: process.env });
    try { ${script} } catch (error) { console.log(store.classify(error), error.code, error.hint, error.cause); }
    await store.close();`;
  const args = ['--conditions=@cxvault/source', '--input-type=module', '--eval', source];
  const program = spawn(process.execPath, args, {
    cwd: join(import.meta.dirname, '..'),
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return await text(program.stdout);
}

const script = `
  await store.put('data/object', Buffer.from('by identity'), { ifAbsent: true });
  for await (const chunk of await store.get('data/object')) console.log(String(chunk));`;

describe('a managed identity', () => {
  it('is used when there is no key', async () => {
    expect(await inProgram(script, env)).toBe('by identity\n');
    expect(asked[0]).toContain(encodeURIComponent('https://storage.azure.com'));
  });

  it('that is refused is an error that says what to do, and shows no secret', async () => {
    const shown = await inProgram(script, {
      ...env,
      IDENTITY_HEADER: 'wrong-secret',
      AZURE_TOKEN_CREDENTIALS: 'prod',
    });
    expect(shown).toMatch(/^denied STORE_DENIED set AZURE_STORAGE_CONNECTION_STRING/);
    expect(shown).not.toContain('wrong-secret');
  });
});
