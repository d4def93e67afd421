import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  describeStore,
  errorOf,
  flipBits,
  flippingMark,
  inParts,
  randomBody,
} from '@cxvault/storage-testkit';

import { createBucket, startGcsServer } from '../../../tools/servers/gcs-server.ts';
import type { GcsServer } from '../../../tools/servers/gcs-server.ts';
import { openGcs } from '../src/factory.ts';
import { crc32cOf } from './small-gcs.ts';

let server: GcsServer;

// The first time, the server is built with Go.
beforeAll(async () => {
  server = await startGcsServer();
}, 900_000);

afterAll(() => server.stop());

describeStore('GcsStore on fake-gcs-server', {
  make: async () => {
    const url = server.archive(randomUUID());
    const store = await openGcs(url, { env: server.env }, { pageSize: 40 });
    return { store, another: await openGcs(url, { env: server.env }) };
  },
  absent: {
    flippedBits:
      'the addresses that it gives for uploads lead around a proxy: what goes in one piece is examined below',
    retention: 'fake-gcs-server takes a retention, gives it back, and locks nothing',
    unfinished: 'fake-gcs-server does not tell which uploads are under way',
  },
  pageSize: 40,
});

describe('fake-gcs-server', () => {
  const open = (env = server.env, url = server.archive(randomUUID())) =>
    openGcs(url, { env }, { retryMs: 1 });

  it('keeps the CRC32C that we send', async () => {
    const store = await open();
    for (const body of [randomBody(100_000), randomBody(6_000_000)]) {
      const checksum = { kind: 'crc32c', base64: crc32cOf(body) };
      for (const form of [body, inParts(body)]) {
        expect(await store.put('data/object', form)).toMatchObject({ checksum });
        expect(await store.stat('data/object')).toMatchObject({ checksum });
      }
    }
    await store.close();
  });

  it('keeps nothing of a body of which a bit flipped on the way', async () => {
    const proxy = await flipBits(new URL(server.endpoint));
    const store = await open({ STORAGE_EMULATOR_HOST: proxy.endpoint });
    const small = Buffer.concat([randomBody(100), flippingMark, randomBody(100)]);
    // Its addresses of uploads would lead around the proxy: so these go in one piece.
    for (const body of [small, inParts(small)]) {
      const error = await errorOf(() => store.put('data/flipped', body));
      expect(store.classify(error)).toBe('transient');
      expect(await store.stat('data/flipped')).toBeUndefined();
    }
    await store.put('data/good', randomBody(100));
    await store.close();
    await proxy.stop();
  });

  it('keeps no version of what was removed, though the bucket keeps versions', async () => {
    await createBucket(server.endpoint, { name: 'versioned', versioning: { enabled: true } });
    const store = await open(server.env, new URL('gs://versioned/archive'));
    await store.put('a', randomBody(10));
    await store.put('a', randomBody(20));
    await store.remove('a');
    const versions = await fetch(`${server.endpoint}/storage/v1/b/versioned/o?versions=true`);
    expect(await versions.json()).not.toHaveProperty('items');
    await store.close();
  });

  it('has no retention: it takes one, gives it back, and locks nothing', async () => {
    const store = await open();
    // What a run asks before it begins.
    expect(await store.retentionProblem?.()).toContain('has no object retention');
    const until = new Date('2099-01-01');
    await store.put('a', randomBody(10), { retention: { mode: 'compliance', until } });
    expect((await store.stat('a'))?.retention).toEqual({ mode: 'compliance', until });
    await store.remove('a');
    expect(await store.stat('a')).toBeUndefined();
    await store.close();
  });

  it('names a bucket that does not exist, whatever is asked', async () => {
    const store = await open(server.env, new URL('gs://no-such-bucket/archive'));
    const calls = [
      () => store.stat('cxvault.json'),
      () => store.get('cxvault.json'),
      () => store.put('cxvault.json', randomBody(5)),
      () => Array.fromAsync(store.list('')),
      () => store.remove('cxvault.json'),
    ];
    for (const call of calls) {
      const error = await errorOf(call);
      expect(error).toMatchObject({ code: 'STORE_NOT_FOUND', context: { bucket: 'no-such-bucket' } });
    }
    await store.close();
  });
});
