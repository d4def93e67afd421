import { randomUUID } from 'node:crypto';

import {
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errorOf, inParts, randomBody } from '@cxvault/storage-testkit';
import type { ObjectStore, Retention } from '@cxvault/plugin-api';

import { startS3Server } from '../../../tools/servers/s3-server.ts';
import type { S3Server } from '../../../tools/servers/s3-server.ts';
import { openS3 } from '../src/factory.ts';
import { RawClient } from './raw-client.ts';

let server: S3Server;
let raw: RawClient;

// The first time, the server is built with Go.
beforeAll(async () => {
  server = await startS3Server(process.env['CXVAULT_S3_SERVER'] === 'minio' ? 'minio' : 'versitygw');
  raw = new RawClient(server);
}, 900_000);

afterAll(async () => {
  raw[Symbol.dispose]();
  await server.stop();
});

/** A store in a bucket of its own. */
async function bucketWith(keeps: 'versions' | 'locks'): Promise<{ store: ObjectStore; bucket: string }> {
  const bucket = `b-${randomUUID()}`;
  await raw.createBucket(bucket, keeps);
  return { store: await openIn(bucket), bucket };
}

function openIn(bucket: string): Promise<ObjectStore> {
  const url = server.archive('archive');
  url.hostname = bucket;
  return openS3(url, server.env);
}

function soon(): Retention {
  return { mode: 'compliance', until: new Date(Math.ceil(Date.now() / 1000) * 1000 + 600_000) };
}

async function contentOf(store: ObjectStore, key: string): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(await store.get(key)));
}

describe('a bucket with Object Lock', () => {
  it.each(['compliance', 'governance'] as const)(
    'gives up no version of an object in mode %s, even to who asks for it by its id',
    async (mode) => {
      const { store, bucket } = await bucketWith('locks');
      const retention = { ...soon(), mode };
      const large = randomBody(6_000_000);
      await store.put('data/small', large.subarray(0, 100), { retention, ifAbsent: true });
      await store.put('data/large', inParts(large), { retention, ifAbsent: true });
      for (const version of await raw.versions(bucket)) {
        if (mode === 'compliance') await errorOf(() => raw.removeVersion(bucket, version));
        await errorOf(() => store.remove(version.name.slice('archive/'.length)));
      }
      expect(await raw.versions(bucket)).toHaveLength(2);
      expect((await contentOf(store, 'data/large')).equals(large)).toBe(true);
      await store.close();
    },
  );

  it('says until when, and of a legal hold that it is one', async () => {
    const { store, bucket } = await bucketWith('locks');
    const retention = soon();
    await store.put('data/retained', randomBody(10), { retention });
    expect(await errorOf(() => store.remove('data/retained'))).toMatchObject({
      code: 'STORE_DENIED',
      message: expect.stringContaining(`retained until ${retention.until.toISOString()} (compliance)`),
    });
    await store.put('data/held', randomBody(10));
    const held = { Bucket: bucket, Key: 'archive/data/held', LegalHold: { Status: 'ON' as const } };
    await raw.sdk.send(new PutObjectLegalHoldCommand(held));
    for (const call of [() => store.remove('data/held'), () => store.put('data/held', randomBody(5))]) {
      const error = await errorOf(call);
      expect(error).toMatchObject({ message: expect.stringContaining('a legal hold is on it') });
      expect(store.classify(error)).toBe('denied');
    }
    expect(await raw.versions(bucket)).toHaveLength(2);
    await store.close();
  });

  it('brings a locked version back to light that somebody has hidden, and keeps it', async () => {
    const { store, bucket } = await bucketWith('locks');
    const body = randomBody(100);
    await store.put('data/object', body, { retention: soon() });
    await raw.sdk.send(new PutObjectCommand({ Bucket: bucket, Key: 'archive/data/object', Body: 'other' }));
    expect(store.classify(await errorOf(() => store.remove('data/object')))).toBe('denied');
    expect((await contentOf(store, 'data/object')).equals(body)).toBe(true);
    await store.close();
  });

  it('sees nothing against retention, but in a rule that would lock everything', async () => {
    const { store, bucket } = await bucketWith('locks');
    expect(await store.retentionProblem?.()).toBeUndefined();
    const Rule = { DefaultRetention: { Mode: 'GOVERNANCE' as const, Days: 1 } };
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const, Rule };
    await raw.sdk.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
    expect(await store.retentionProblem?.()).toMatch(/default retention/);
    // The rule locks lock files, too: they are replaced and removed all the same, each version staying behind.
    await store.put('locks/run/1.json', randomBody(10));
    const second = randomBody(11);
    await store.put('locks/run/1.json', second);
    expect((await contentOf(store, 'locks/run/1.json')).equals(second)).toBe(true);
    await store.remove('locks/run/1.json');
    expect(await store.stat('locks/run/1.json')).toBeUndefined();
    expect(await Array.fromAsync(store.list(''))).toEqual([]); // nor does a probe show
    const names = (await raw.versions(bucket)).filter(({ marker }) => !marker).map(({ name }) => name);
    expect(names.filter((name) => name.endsWith('locks/run/1.json'))).toHaveLength(2);
    await store.close();
  });
});

describe('a bucket with versions', () => {
  it('keeps none of what was replaced, removed, or written to try the server', async () => {
    const { store, bucket } = await bucketWith('versions');
    for (let n = 0; n < 3; n++) await store.put('locks/run/1.json', randomBody(10));
    await store.put('data/long', inParts(randomBody(6_000_000)));
    await store.put('data/long', inParts(randomBody(6_000_001)));
    const [first, second, ...more] = await raw.versions(bucket);
    expect(more).toEqual([]);
    expect([first?.name, second?.name]).toEqual(['archive/data/long', 'archive/locks/run/1.json']);
    // Another program has replaced it before, and its version stays behind.
    await raw.sdk.send(new PutObjectCommand({ Bucket: bucket, Key: 'archive/data/long', Body: 'other' }));
    await store.remove('data/long');
    await store.remove('locks/run/1.json');
    expect(await raw.versions(bucket)).toEqual([]);
    await store.close();
  });

  it('keeps the object that replaced another, should it not keep versions any more', async () => {
    const { store, bucket } = await bucketWith('versions');
    const suspended = { Bucket: bucket, VersioningConfiguration: { Status: 'Suspended' as const } };
    await raw.sdk.send(new PutBucketVersioningCommand(suspended));
    for (let n = 0; n < 3; n++) {
      const body = randomBody(10);
      await store.put('locks/run/1.json', body);
      expect((await contentOf(store, 'locks/run/1.json')).equals(body)).toBe(true);
    }
    await store.remove('locks/run/1.json');
    expect(await store.stat('locks/run/1.json')).toBeUndefined();
    // A marker, which has no bytes, is how such a bucket removes.
    expect((await raw.versions(bucket)).filter(({ marker }) => !marker)).toEqual([]);
    await store.close();
  });

  it('says that it has no Object Lock, and refuses what asks for it', async () => {
    const { store, bucket } = await bucketWith('versions');
    expect(await store.retentionProblem?.()).toMatch(/no Object Lock/);
    for (const body of [randomBody(10), inParts(randomBody(6_000_000))]) {
      const error = await errorOf(() => store.put('data/object', body, { retention: soon() }));
      expect(store.classify(error)).toBe('permanent');
    }
    // versitygw keeps the object though it refuses it: a leftover like that of a crash.
    expect((await store.stat('data/object'))?.retention).toBeUndefined();
    expect(await raw.unfinishedUploads(bucket, '')).toBe(0);
    await store.close();
  });
});
