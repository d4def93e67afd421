import { afterAll, beforeAll } from '@jest/globals';

import { describeStore } from '@cxvault/storage-testkit';

import { openAzure } from '../src/factory.ts';
import { account, startAzurite } from './azurite.ts';
import type { Azurite } from './azurite.ts';
import { addImmutability } from './locking-proxy.ts';

let server: Azurite;
let proxy: Awaited<ReturnType<typeof addImmutability>>;

beforeAll(async () => {
  server = await startAzurite();
  await server.createContainer();
  proxy = await addImmutability(new URL(server.endpoint));
});

afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

describeStore('AzureStore on Azurite behind a proxy that keeps immutability policies', {
  make: async () => {
    const url = server.newArchive({ endpoint: `${proxy.endpoint}/${account}` });
    const env = { AZURE_STORAGE_CONNECTION_STRING: server.connectionString };
    return { store: await openAzure(url, { env }, { pageSize: 40 }) };
  },
  absent: {
    byteOrder: 'Azurite lists by UTF-16 units',
    unfinished: 'Azure has no way to drop blocks that no blob has; it does so itself after a week',
    bigObjects: 'examined without the proxy',
    flippedBits: 'examined without the proxy',
  },
  pageSize: 40,
});
