import type { ServerResponse } from 'node:http';

import { afterEach, describe, expect, it } from '@jest/globals';
import { errorOf, inParts, randomBody } from '@cxvault/storage-testkit';

import { brokenServer, kindOf, sayError } from './broken-server.ts';
import type { BrokenServer, Misbehaviour } from './broken-server.ts';
import { env, startFakeS3 } from './fauxqs.ts';
import { openS3 } from '../src/factory.ts';

const retention = { mode: 'compliance', until: new Date('2033-11-24T20:00:00.000Z') } as const;

let server: BrokenServer;

afterEach(() => server.stop());

function requests(): string[] {
  return server.received.map(kindOf).filter((kind) => kind !== 'Probe' && kind !== 'HeadBucket');
}

describe('a lock', () => {
  it('is asked for with the write, of small objects and of long ones', async () => {
    server = await brokenServer(() => undefined);
    await server.store.put('data/small', randomBody(10), { retention });
    await server.store.put('data/long', inParts(randomBody(6_000_000)), {
      retention: { ...retention, mode: 'governance' },
    });
    await server.store.put('data/free', randomBody(10));
    const asked = server.received
      .filter((request) => ['PutObject', 'CreateMultipartUpload'].includes(kindOf(request)))
      .map(({ headers }) => [
        headers['x-amz-object-lock-mode'],
        headers['x-amz-object-lock-retain-until-date'],
      ]);
    expect(asked).toEqual([
      ['COMPLIANCE', '2033-11-24T20:00:00Z'],
      ['GOVERNANCE', '2033-11-24T20:00:00Z'],
      [undefined, undefined],
    ]);
    // The probe's object is none that anybody asked to keep.
    const probes = server.received.filter((request) => kindOf(request) === 'Probe');
    expect(probes.some(({ headers }) => headers['x-amz-object-lock-mode'] !== undefined)).toBe(false);
  });
});

describe('a bucket without versions', () => {
  it('is asked nothing more than before', async () => {
    server = await brokenServer(() => undefined);
    await server.store.put('locks/run/1.json', randomBody(10));
    await server.store.put('locks/run/1.json', randomBody(10));
    await server.store.remove('locks/run/1.json');
    expect(requests()).toEqual(['PutObject', 'PutObject', 'DeleteObject']);
  });

  it('is looked at once by a program that only removes', async () => {
    server = await brokenServer(() => undefined);
    await server.store.remove('data/1');
    await server.store.remove('data/2');
    expect(requests()).toEqual(['HeadObject', 'DeleteObject', 'DeleteObject']);
  });
});

describe('a server that keeps versions in its own way', () => {
  const versions: Misbehaviour = (_request, response) => {
    response.setHeader('x-amz-version-id', 'v1');
    return undefined;
  };

  it('is not asked for ever to remove what it does not remove', async () => {
    server = await brokenServer(versions);
    expect(await errorOf(() => server.store.remove('data/1'))).toMatchObject({ code: 'STORE_REFUSED' });
    expect(requests()).toEqual(['HeadObject', 'DeleteObject', 'HeadObject']);
  });

  it.each([
    ['null', 'null'],
    ['v1', undefined],
  ])('keeps what has replaced version %s under version %s', async (old, replacing) => {
    server = await brokenServer((request, response) => {
      const version = request.method === 'HEAD' || kindOf(request) === 'Probe' ? old : replacing;
      if (version !== undefined) response.setHeader('x-amz-version-id', version);
      return undefined;
    });
    await server.store.put('locks/run/1.json', randomBody(10));
    expect(requests()).toEqual(['HeadObject', 'PutObject']);
  });

  it('has replaced an object though it does not give up the old one', async () => {
    server = await brokenServer((request, response) => {
      response.setHeader('x-amz-version-id', `v${server.received.length}`);
      return kindOf(request) === 'DeleteObject' ? sayError(response, 403, 'AccessDenied') : undefined;
    });
    await server.store.put('locks/run/1.json', randomBody(10));
    expect(requests()).toEqual(['HeadObject', 'PutObject', 'DeleteObject']);
  });
});

describe('a bucket with versions that the login may not remove', () => {
  const serverWhere = (lock: [number, string]) =>
    brokenServer((request, response) => {
      response.setHeader('x-amz-version-id', 'v1');
      if (request.query.has('object-lock')) return sayError(response, ...lock);
      return request.query.has('versionId') ? sayError(response, 403, 'AccessDenied') : undefined;
    });

  it('hides what is removed, where nothing can be locked', async () => {
    server = await serverWhere([404, 'ObjectLockConfigurationNotFoundError']);
    await server.store.remove('locks/run/1.json');
    expect(requests().filter((kind) => kind === 'DeleteObject')).toHaveLength(2);
    expect(server.received.at(-1)).toMatchObject({ method: 'DELETE' });
    expect(server.received.at(-1)?.query.has('versionId')).toBe(false);
  });

  it('hides nothing where it may not see whether something is locked', async () => {
    server = await serverWhere([403, 'AccessDenied']);
    const error = await errorOf(() => server.store.remove('locks/run/1.json'));
    expect(server.store.classify(error)).toBe('denied');
    expect(requests().filter((kind) => kind === 'DeleteObject')).toHaveLength(1);
  });
});

describe('the question whether a bucket has Object Lock', () => {
  it.each([
    [403, 'AccessDenied', undefined],
    [404, 'ObjectLockConfigurationNotFoundError', /no Object Lock/],
    [404, 'NoSuchKey', /no Object Lock/],
    [400, 'InvalidRequest', /knows no Object Lock/],
    [501, 'NotImplemented', /knows no Object Lock/],
  ])('is answered by %d %s', async (status, code, problem) => {
    server = await brokenServer((request, response) =>
      request.query.has('object-lock') ? sayError(response, status, code) : undefined,
    );
    const found = await server.store.retentionProblem?.();
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(problem);
  });

  it('fails with a server that is away, and with a bucket that is none', async () => {
    server = await brokenServer((_request, response) => sayError(response, 500, 'InternalError'));
    const error = await errorOf(async () => server.store.retentionProblem?.());
    expect(server.store.classify(error)).toBe('transient');
    const gone = (response: ServerResponse) => sayError(response, 404, 'NoSuchBucket');
    for (const misbehave of [
      (_request, response) => gone(response),
      (request, response) => (request.query.has('object-lock') ? gone(response) : undefined),
    ] satisfies Misbehaviour[]) {
      await server.stop();
      server = await brokenServer(misbehave);
      const missing = await errorOf(async () => server.store.retentionProblem?.());
      expect(missing).toMatchObject({ code: 'STORE_NOT_FOUND' });
    }
  });

  it('finds a server that takes a lock and ignores it', async () => {
    server = await brokenServer(() => undefined);
    const fake = await startFakeS3();
    const store = await openS3(fake.newArchive(), env);
    expect(await store.retentionProblem?.()).toMatch(/no Object Lock/);
    await store.put('data/object', randomBody(10), { retention });
    expect((await store.stat('data/object'))?.retention).toBeUndefined();
    await store.close();
    await fake.stop();
  });
});
