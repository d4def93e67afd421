import { afterEach, describe, expect, it } from '@jest/globals';
import { errorOf, inParts, randomBody } from '@cxvault/storage-testkit';

import type { Retention } from '@cxvault/plugin-api';

import { against, answering, failing, saying } from './against.ts';
import type { Against } from './against.ts';
import { openGcs } from '../src/factory.ts';
import type { Misbehaviour } from './small-gcs.ts';

const locking = { objectRetention: { mode: 'Enabled' } };
const versioned = { ...locking, versioning: { enabled: true } };
const kmsKey = 'projects/p/locations/l/keyRings/r/cryptoKeys/k';
const mayNotLook = failing('GetBucket', saying(403, 'forbidden'));

let open: Against | undefined;

afterEach(() => open?.stop());

async function at(...options: Parameters<typeof against>): Promise<Against> {
  open = await against(...options);
  return open;
}

const tomorrow = (mode: Retention['mode']): Retention => ({
  mode,
  until: new Date('2099-01-02T03:04:05.678Z'),
});

describe('a bucket that does not exist', () => {
  it.each([
    ['that the login may look at', undefined],
    ['that the login may not look at', mayNotLook],
  ] satisfies [string, Misbehaviour | undefined][])(
    'is named, whatever is asked: %s',
    async (_name, misbehave) => {
      const { server } = await at({ ...(misbehave && { misbehave }) });
      const env = { STORAGE_EMULATOR_HOST: server.endpoint };
      const store = await openGcs(new URL('gs://no-such-bucket/prefix'), { env });
      const calls = [
        () => store.stat('cxvault.json'),
        () => store.get('cxvault.json'),
        () => store.put('cxvault.json', randomBody(5)),
        () => store.put('cxvault.json', inParts(randomBody(6_000_000))),
        () => Array.fromAsync(store.list('')),
        () => store.remove('cxvault.json'),
        () => store.retentionProblem?.() ?? Promise.resolve(),
      ];
      for (const call of calls) {
        const error = await errorOf(call);
        expect(error).toMatchObject({ code: 'STORE_NOT_FOUND', context: { bucket: 'no-such-bucket' } });
        expect(store.classify(error)).not.toBe('not-found');
      }
      await store.close();
    },
  );

  it('is named also when it goes while it is in use', async () => {
    const gone = saying(404, 'notFound', 'The specified bucket does not exist.');
    const { store } = await at({
      misbehave: (request, response) => (request.kind === 'GetBucket' ? undefined : gone(request, response)),
    });
    for (const call of [
      () => store.stat('a'),
      () => store.remove('a'),
      () => Array.fromAsync(store.list('')),
    ])
      expect(await errorOf(call)).toMatchObject({ code: 'STORE_NOT_FOUND' });
  });
});

describe('a bucket', () => {
  it('is looked at once, and again only when that failed', async () => {
    const { store, server } = await at({ misbehave: failing('GetBucket', saying(503, 'backendError'), 1) });
    expect(store.classify(await errorOf(() => store.stat('a')))).toBe('throttled');
    await Promise.all([store.stat('a'), store.stat('b'), store.put('c', randomBody(1))]);
    expect(server.count('GetBucket')).toBe(2);
  });

  it('is not looked at in another way when the login is refused', async () => {
    const { store, server } = await at({ misbehave: failing('GetBucket', saying(401, 'authError')) });
    expect(store.classify(await errorOf(() => store.stat('a')))).toBe('denied');
    expect(server.count('List')).toBe(0);
  });

  it('that is not there is named, whatever words the server has for it', async () => {
    const { store } = await at({ misbehave: failing('GetBucket', saying(404, 'notFound', 'Not Found')) });
    expect(await errorOf(() => store.stat('a'))).toMatchObject({ code: 'STORE_NOT_FOUND' });
  });

  it('is not looked at for an aborted call only', async () => {
    const { store, server } = await at();
    const controller = new AbortController();
    const stat = errorOf(() => store.stat('a', { signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect(await stat).toMatchObject({ message: 'enough' });
    expect(await store.stat('a')).toBeUndefined();
    expect(server.count('GetBucket')).toBe(1);
  });

  it('that the login may not look at is used all the same', async () => {
    const { store, server } = await at({ misbehave: mayNotLook });
    await store.put('a', randomBody(5));
    expect(await Array.fromAsync(store.list(''))).toHaveLength(1);
    await store.remove('a');
    expect(server.versions).toEqual([]);
    expect(server.received[1]?.url.searchParams.get('maxResults')).toBe('1');
    expect(await store.retentionProblem?.()).toBeUndefined();
  });

  it('has empty objects that consoles leave as folders, and they are passed over', async () => {
    const { store, server } = await at();
    const folder = (name: string) => {
      const url = `${server.endpoint}/upload/storage/v1/b/archives/o?uploadType=multipart&name=${name}`;
      const parts = '--x\r\nA: b\r\n\r\n{}\r\n--x\r\nA: b\r\n\r\n\r\n--x--\r\n';
      return fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'multipart/related; boundary=x' },
        body: parts,
      });
    };
    for (const name of ['prefix/', 'prefix/journal/']) expect((await folder(name)).status).toBe(200);
    await store.put('journal/1', randomBody(5));
    expect((await Array.fromAsync(store.list(''))).map(({ key }) => key)).toEqual(['journal/1']);
  });
});

describe('a refusal', () => {
  it.each([
    [
      'forbidden',
      403,
      'x does not have storage.objects.create access',
      'STORE_DENIED',
      'Storage Object User',
    ],
    ['retentionPolicyNotMet', 403, 'subject to retention', 'STORE_DENIED', 'Protection'],
    ['accountDisabled', 403, 'The billing account is closed', 'STORE_DENIED', 'Billing'],
    ['authError', 401, 'Invalid Credentials', 'STORE_DENIED', 'expired'],
    ['userProjectMissing', 400, 'Bucket is requester pays', 'STORE_REFUSED', 'Requester pays'],
    ['forbidden', 403, 'Permission denied on Cloud KMS key.', 'STORE_DENIED', 'Encrypter'],
    ['invalid', 400, 'Cloud KMS key is in another location', 'STORE_REFUSED', 'location of the bucket'],
    ['invalid', 400, 'Object retention is not enabled', 'STORE_REFUSED', 'Object retention'],
  ])('says what to do: %s (%d, %s)', async (reason, status, message, code, hint) => {
    const { store } = await at({ misbehave: failing('Insert', saying(status, reason, message)) });
    const error = await errorOf(() => store.put('a', randomBody(5)));
    expect(error).toMatchObject({ code, hint: expect.stringContaining(hint) as unknown });
    expect(String(error)).toContain(message);
    expect(store.classify(error)).toBe(code === 'STORE_DENIED' ? 'denied' : 'permanent');
  });
});

describe('a Cloud KMS key', () => {
  const bodies = [() => randomBody(10), () => inParts(randomBody(6_000_000))];

  it('is asked for with every write', async () => {
    const { store, server } = await at({}, {}, `kmsKey=${kmsKey}`);
    for (const body of bodies) await store.put('a', body());
    const writes = server.received.filter(({ kind }) => kind === 'Insert' || kind === 'Begin');
    expect(writes.map(({ url }) => url.searchParams.get('kmsKeyName'))).toEqual([kmsKey, kmsKey]);
  });

  it.each([undefined, `${kmsKey}-other/cryptoKeyVersions/1`])(
    'that the server does not use is an error, and the object removed: %s',
    async (kmsKeyName) => {
      const misbehave: Misbehaviour = ({ url }) => {
        url.searchParams.delete('kmsKeyName');
        if (kmsKeyName !== undefined) url.searchParams.set('kmsKeyName', `${kmsKey}-other`);
        return undefined;
      };
      const { store, server } = await at({ misbehave }, {}, `kmsKey=${kmsKey}`);
      for (const body of bodies) {
        const error = await errorOf(() => store.put('a', body()));
        expect(error).toMatchObject({
          code: 'STORE_REFUSED',
          hint: expect.stringContaining('kmsKey') as unknown,
        });
        expect(server.versions).toEqual([]);
      }
    },
  );
});

describe('a retention', () => {
  it.each(['governance', 'compliance'] as const)(
    'is set with the upload, and given back: %s',
    async (mode) => {
      const { store, server } = await at({ bucket: locking });
      const retention = tomorrow(mode);
      await store.put('bytes', randomBody(10), { retention });
      await store.put('stream', inParts(randomBody(6_000_000)), { retention, ifAbsent: true });
      for (const key of ['bytes', 'stream']) {
        expect(server.live(`prefix/${key}`)?.retention).toEqual({
          mode: mode === 'compliance' ? 'Locked' : 'Unlocked',
          retainUntilTime: '2099-01-02T03:04:06.000Z',
        });
        const kept = { mode, until: new Date('2099-01-02T03:04:06Z') };
        expect(await store.stat(key)).toMatchObject({ retention: kept });
      }
      for await (const info of store.list('')) expect(info).not.toHaveProperty('retention');
    },
  );

  it.each([
    ['keeps versions', { bucket: versioned }],
    ['keeps none', { bucket: locking }],
    ['may not be looked at', { bucket: versioned, misbehave: mayNotLook }],
  ])('keeps an object from being removed or replaced, in a bucket that %s', async (_name, options) => {
    const { store, server } = await at(options);
    const bytes = randomBody(10);
    await store.put('a', bytes, { retention: tomorrow('compliance') });
    const calls = [
      () => store.remove('a'),
      () => store.put('a', randomBody(20)),
      () => store.put('a', inParts(randomBody(6_000_000))),
    ];
    for (const call of calls) {
      const error = await errorOf(call);
      expect(error).toMatchObject({ code: 'STORE_DENIED' });
      expect(store.classify(error)).toBe('denied');
    }
    expect(server.versions.map((version) => version.bytes)).toEqual([Buffer.from(bytes)]);
    expect([...server.sessions.values()]).toEqual([]);
    const again = await errorOf(() => store.put('a', bytes, { ifAbsent: true }));
    expect(store.classify(again)).toBe('exists');
  });

  it('that is over keeps nobody from anything', async () => {
    const { store, server } = await at({ bucket: versioned });
    await store.put('a', randomBody(10), {
      retention: { mode: 'compliance', until: new Date('2020-01-01') },
    });
    await store.put('a', randomBody(20));
    await store.remove('a');
    expect(server.versions).toEqual([]);
  });

  it('is a problem for a bucket that was made without it', async () => {
    const { store, server } = await at();
    expect(await store.retentionProblem?.()).toContain('has no object retention');
    const error = await errorOf(() => store.put('a', randomBody(10), { retention: tomorrow('governance') }));
    expect(error).toMatchObject({
      code: 'STORE_REFUSED',
      hint: expect.stringContaining('Object retention') as unknown,
    });
    expect(server.versions).toEqual([]);
  });

  it('is no problem for a bucket that was made with it', async () => {
    const { store } = await at({ bucket: locking });
    expect(await store.retentionProblem?.()).toBeUndefined();
  });

  it("is a problem for a bucket with a policy of its own: that keeps an archive's lock, too", async () => {
    const { store } = await at({ bucket: { ...locking, retentionPolicy: { retentionPeriod: '86400' } } });
    expect(await store.retentionProblem?.()).toContain('retention policy');
  });
});

describe('a bucket that keeps versions', () => {
  it.each([
    ['says so', { bucket: versioned }],
    ['may not be looked at', { bucket: versioned, misbehave: mayNotLook }],
  ])('keeps none of what is replaced or removed, if it %s', async (_name, options) => {
    const { store, server } = await at(options);
    const bytes = randomBody(20);
    await store.put('a', randomBody(10));
    await store.put('b', randomBody(10));
    await store.put('a', bytes);
    expect(server.versions.map(({ name }) => name)).toEqual(['prefix/b', 'prefix/a']);
    expect(server.live('prefix/a')?.bytes).toEqual(Buffer.from(bytes));
    await store.remove('a');
    await store.remove('a');
    expect(server.versions.map(({ name }) => name)).toEqual(['prefix/b']);
  });

  it('may keep what was replaced when that cannot be removed: the write is done', async () => {
    const misbehave = failing('Delete', saying(503, 'backendError'));
    const { store, server } = await at({ bucket: versioned, misbehave });
    await store.put('a', randomBody(10));
    await store.put('a', randomBody(20));
    expect(server.versions).toHaveLength(2);
  });

  it('costs no further request where it keeps none', async () => {
    const { store, server } = await at();
    await store.put('a', randomBody(10));
    await store.put('a', randomBody(20));
    await store.remove('a');
    expect(server.received.map(({ kind }) => kind)).toEqual(['GetBucket', 'Insert', 'Insert', 'Delete']);
  });
});

it('takes an object of which Google says little', async () => {
  const little = JSON.stringify({ name: 'prefix/a', size: '7', timeCreated: '2026-11-24T00:00:00Z' });
  const { store } = await at({ misbehave: failing('Stat', answering(200, little)) });
  expect(await store.stat('a')).toEqual({ key: 'a', size: 7, modifiedAt: new Date('2026-11-24') });
});
