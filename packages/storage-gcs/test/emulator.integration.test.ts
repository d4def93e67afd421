import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll } from '@jest/globals';

import { describeStore } from '@cxvault/storage-testkit';

import { startGcsServer } from '../../../tools/servers/gcs-server.ts';
import type { GcsServer } from '../../../tools/servers/gcs-server.ts';
import { openGcs } from '../src/factory.ts';

let server: GcsServer;

// The first time, the server is built with Go.
beforeAll(async () => {
  server = await startGcsServer();
}, 900_000);

afterAll(() => server.stop());

describeStore('GcsStore on fake-gcs-server', {
  make: async () => {
    const store = await openGcs(server.archive(randomUUID()), { env: server.env }, { pageSize: 40 });
    return { store };
  },
  absent: { unfinished: 'fake-gcs-server does not tell which uploads are under way' },
  pageSize: 40,
});
