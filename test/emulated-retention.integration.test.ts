import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { requireRetention } from '@cxvault/core';
import { openGcs } from '@cxvault/storage-gcs';

import { startGcsServer } from '../tools/servers/gcs-server.ts';
import type { GcsServer } from '../tools/servers/gcs-server.ts';

let server: GcsServer;

// The first time, the server is built with Go.
beforeAll(async () => {
  server = await startGcsServer();
}, 900_000);

afterAll(() => server.stop());

it('is refused before anything is written: the emulator gives a retention back and locks nothing', async () => {
  const store = await openGcs(server.archive(randomUUID()), { env: server.env });
  await expect(requireRetention(store)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('has no object retention') as unknown,
  });
  expect(await Array.fromAsync(store.list(''))).toEqual([]);
  await store.close();
});
