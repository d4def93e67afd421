import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll } from '@jest/globals';

import { describeStore, flipBits } from '@cxvault/storage-testkit';

import { openGcs } from '../src/factory.ts';
import { GcsError } from '../src/gcs-errors.ts';
import { SmallGcs } from './small-gcs.ts';

const server = new SmallGcs({ bucket: { objectRetention: { mode: 'Enabled' } } });

let proxy: Awaited<ReturnType<typeof flipBits>>;

beforeAll(async () => {
  proxy = await flipBits(new URL(await server.start()));
  server.publicEndpoint = proxy.endpoint;
});

afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

describeStore('GcsStore on a small server of our own', {
  make: async () => {
    const url = new URL(`gs://archives/${randomUUID()}`);
    const openAt = (endpoint: string) =>
      openGcs(url, { env: { STORAGE_EMULATOR_HOST: endpoint } }, { pageSize: 40 });
    const store = await openAt(server.endpoint);
    const unfinished = async () =>
      [...server.sessions.values()].filter((session) => session.stored === undefined).length;
    return {
      store,
      unfinished,
      disturbed: await openAt(proxy.endpoint),
      another: await openAt(server.endpoint),
    };
  },
  pageSize: 40,
  bigObjectBytes: 20_000_000,
  errors: [
    { error: new GcsError('notFound', 'gone', 404), kind: 'not-found' },
    { error: new GcsError('', 'gone', 404), kind: 'not-found' },
    { error: new GcsError('conditionNotMet', 'there', 412), kind: 'exists' },
    { error: new GcsError('forbidden', 'no', 403), kind: 'denied' },
    { error: new GcsError('retentionPolicyNotMet', 'locked', 403), kind: 'denied' },
    { error: new GcsError('authError', 'no', 401), kind: 'denied' },
    { error: new GcsError('loginFailed', 'no'), kind: 'denied' },
    { error: new GcsError('rateLimitExceeded', 'slow', 403), kind: 'throttled' },
    { error: new GcsError('quotaExceeded', 'slow', 403), kind: 'throttled' },
    { error: new GcsError('', 'slow', 429), kind: 'throttled' },
    { error: new GcsError('backendError', 'slow', 503), kind: 'throttled' },
    { error: new GcsError('', 'late', 408), kind: 'transient' },
    { error: new GcsError('conflict', 'met', 409), kind: 'transient' },
    { error: new GcsError('internalError', 'broken', 500), kind: 'transient' },
    { error: new GcsError('', 'broken', 502), kind: 'transient' },
    { error: new GcsError('', 'broken', 504), kind: 'transient' },
    { error: new GcsError('checksumMismatch', 'flipped', 400), kind: 'transient' },
    { error: new GcsError('uploadLost', 'gone'), kind: 'transient' },
    { error: new GcsError('ECONNRESET', 'reset'), kind: 'transient' },
    { error: new GcsError('ENOTFOUND', 'unknown'), kind: 'transient' },
    // A bucket that is missing says nothing about an object.
    { error: new GcsError('bucketMissing', 'gone', 404), kind: 'permanent' },
    { error: new GcsError('invalid', 'wrong', 400), kind: 'permanent' },
    { error: Object.assign(new Error('stopped'), { name: 'AbortError' }), kind: 'permanent' },
  ],
});
