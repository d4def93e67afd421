import { createHash, randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { describeStore, errorOf, flipBits, inParts, randomBody } from '@cxvault/storage-testkit';
import type { StoreUnderTest } from '@cxvault/storage-testkit';

import { startS3Server } from '../../../tools/servers/s3-server.ts';
import type { S3Server } from '../../../tools/servers/s3-server.ts';
import { openS3 } from '../src/factory.ts';
import { RawClient } from './raw-client.ts';

const name = process.env['CXVAULT_S3_SERVER'] === 'minio' ? 'minio' : 'versitygw';
let server: S3Server;
let proxy: Awaited<ReturnType<typeof flipBits>>;

// The first time, the server is built with Go.
beforeAll(async () => {
  server = await startS3Server(name);
  proxy = await flipBits(new URL(server.endpoint));
  using client = new RawClient(server);
  await client.createBucket('versioned', 'versions');
  await client.createBucket('locked', 'locks');
}, 900_000);

afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

const byteOrder = name === 'minio' && {
  byteOrder: 'MinIO ends a list early where names with a- and a/ meet',
};

describeStore('S3Store on a real server', {
  make: () => newStore(server.bucket),
  pageSize: 40,
  absent: { ...byteOrder, retention: 'the bucket was created without Object Lock' },
});

describeStore('S3Store on a bucket with Object Lock', {
  make: () => newStore('locked'),
  pageSize: 40,
  absent: { ...byteOrder },
});

async function newStore(bucket: string): Promise<StoreUnderTest> {
  const prefix = randomUUID();
  const url = archiveIn(bucket, prefix);
  const store = await openS3(url, server.env, { pageSize: 40 });
  const around = new URL(url);
  around.searchParams.set('endpoint', proxy.endpoint);
  const disturbed = await openS3(around, server.env);
  const another = await openS3(url, server.env);
  return { store, disturbed, another, unfinished: () => unfinishedUploads(prefix, bucket) };
}

describe('a real server', () => {
  it('has no upload left after all that was broken off', async () => {
    expect(await unfinishedUploads('')).toBe(0);
  });

  it('checks the SHA-256 of small objects and keeps it', async () => {
    const store = await openS3(server.archive(randomUUID()), server.env);
    const body = randomBody(100_000);
    const sha256 = { kind: 'sha256', base64: createHash('sha256').update(body).digest('base64') };
    expect(await store.put('data/object', body)).toMatchObject({ checksum: sha256 });
    expect(await store.stat('data/object')).toMatchObject({ checksum: sha256 });
    await store.close();
  });

  it('says so when it is asked to encrypt and does not', async () => {
    const url = server.archive(randomUUID());
    url.searchParams.set('sse', 'AES256');
    const store = await openS3(url, server.env);
    if (server.encrypts) await store.put('data/object', randomBody(10));
    else {
      const error = await errorOf(() => store.put('data/object', randomBody(10)));
      expect(error).toMatchObject({ code: 'STORE_REFUSED', hint: expect.stringContaining('sse=none') });
      expect(await store.stat('data/object')).toBeUndefined();
      expect(await Array.fromAsync(store.list(''))).toEqual([]);
    }
    await store.close();
  });

  it('names a bucket that does not exist, whatever is asked', async () => {
    const url = new URL(server.archive('').href.replace(server.bucket, 'no-such-bucket'));
    const store = await openS3(url, server.env);
    const calls = [
      () => store.stat('cxvault.json'),
      () => store.get('cxvault.json'),
      () => store.put('cxvault.json', randomBody(5)),
      () => store.put('cxvault.json', inParts(randomBody(6_000_000))),
      () => Array.fromAsync(store.list('')),
      () => store.remove('cxvault.json'),
    ];
    for (const call of calls) {
      const error = await errorOf(call);
      expect(error).toMatchObject({ code: 'STORE_NOT_FOUND', context: { bucket: 'no-such-bucket' } });
      expect(store.classify(error)).not.toBe('not-found');
    }
    await store.close();
  });

  it('says denied to a wrong secret', async () => {
    const store = await openS3(server.archive(randomUUID()), {
      ...server.env,
      AWS_SECRET_ACCESS_KEY: 'wrong',
    });
    for (const call of [() => store.stat('a'), () => store.get('a'), () => store.put('a', randomBody(5))]) {
      expect(store.classify(await errorOf(call))).toBe('denied');
    }
    await store.close();
  });
});

function archiveIn(bucket: string, prefix: string): URL {
  const url = server.archive(prefix);
  url.hostname = bucket;
  return url;
}

async function unfinishedUploads(prefix: string, bucket = server.bucket): Promise<number> {
  using client = new RawClient(server);
  return await client.unfinishedUploads(bucket, prefix);
}
