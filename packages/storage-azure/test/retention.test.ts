import { afterEach, describe, expect, it } from '@jest/globals';
import { errorOf, inParts, randomBody } from '@cxvault/storage-testkit';

import { brokenServer, kindOf, say, sayError } from './broken-server.ts';
import type { BrokenServer, Misbehaviour } from './broken-server.ts';
import { Immutability, lockable } from './immutability.ts';

let server: BrokenServer;

afterEach(() => server.stop());

async function against(misbehave: Misbehaviour): Promise<BrokenServer> {
  server = await brokenServer(misbehave);
  return server;
}

/** A container whose blobs can be locked one by one; `always` is added to the properties of every blob. */
function lockingContainer(always: Record<string, string> = {}): Misbehaviour {
  const immutability = new Immutability();
  const blobs = new Set<string>();
  return (request, response) => {
    const kind = kindOf(request);
    const path = request.line.replace(/^\w+ ([^?]*).*$/, '$1');
    if (kind === 'GetContainer') return say(response, 200, lockable);
    if (kind === 'PutBlob' || kind === 'PutBlockList') {
      blobs.add(path);
      immutability.noteWrite(path, request.headers);
    }
    if (kind === 'DeleteBlob') blobs.delete(path);
    if (kind !== 'HeadBlob') return undefined;
    if (!blobs.has(path)) return sayError(response, 404, 'BlobNotFound');
    return say(response, 200, { ...immutability.propertiesOf(path), ...always });
  };
}

const later = new Date('2036-01-01T00:00:01.750Z');

/** All that the protocol can carry. */
const inSeconds = new Date('2036-01-01T00:00:01Z');

describe('retention', () => {
  it.each([
    ['governance', 'Unlocked'],
    ['compliance', 'Locked'],
  ] as const)('goes with the upload and is given back: %s', async (mode, policy) => {
    const { store, received } = await against(lockingContainer());
    expect(store.capabilities.retention).toBe(true);
    expect(await store.retentionProblem?.()).toBeUndefined();
    const retention = { mode, until: later };
    await store.put('data/small', randomBody(10), { retention, ifAbsent: true });
    await store.put('data/large', inParts(randomBody(8_000_000)), { retention });
    const writes = received.filter((each) => ['PutBlob', 'PutBlockList'].includes(kindOf(each)));
    expect(writes).toHaveLength(2);
    for (const { headers } of writes) {
      expect(headers).toMatchObject({
        'x-ms-immutability-policy-until-date': 'Tue, 01 Jan 2036 00:00:01 GMT',
        'x-ms-immutability-policy-mode': policy,
      });
    }
    for (const key of ['data/small', 'data/large'])
      expect((await store.stat(key))?.retention).toEqual({ mode, until: inSeconds });
    await store.put('data/free', randomBody(10));
    expect(await store.stat('data/free')).not.toHaveProperty('retention');
  });

  it.each([
    ['governance', 'or lift it'],
    ['compliance', 'wait until then'],
  ] as const)('refuses to replace and to remove before its end: %s', async (mode, hint) => {
    const { store, count } = await against(lockingContainer());
    await store.put('data/a', randomBody(10), { retention: { mode, until: later } });
    for (const call of [
      () => store.remove('data/a'),
      () => store.put('data/a', randomBody(10)),
      () => store.put('data/a', inParts(randomBody(8_000_000))),
    ]) {
      const error = await errorOf(call);
      expect(store.classify(error)).toBe('denied');
      expect(error).toMatchObject({
        code: 'STORE_DENIED',
        message: expect.stringContaining(`it is retained until ${inSeconds.toISOString()} (${mode})`),
        hint: expect.stringContaining(hint),
      });
    }
    expect([count('PutBlob'), count('PutBlock'), count('DeleteBlob')]).toEqual([1, 0, 0]);
  });

  it("is over when it is over by the server's clock", async () => {
    const { store, count } = await against(lockingContainer({ date: inSeconds.toUTCString() }));
    await store.put('data/a', randomBody(10), { retention: { mode: 'compliance', until: later } });
    await store.put('data/a', randomBody(10));
    await store.remove('data/a');
    expect([count('PutBlob'), count('DeleteBlob')]).toEqual([2, 1]);
  });

  it('is not looked for where the container cannot lock blobs', async () => {
    const { store, received } = await against(() => undefined);
    expect(await store.retentionProblem?.()).toBe(
      'the container container has no version-level immutability',
    );
    await store.put('data/a', randomBody(10));
    await store.remove('data/a');
    expect(received.map(kindOf)).toEqual(['GetContainer', 'PutBlob', 'DeleteBlob']);
  });

  it('is looked for where the container may not be looked at, which is tried once', async () => {
    const locking = lockingContainer();
    const { store, count } = await against((request, response) =>
      kindOf(request) === 'GetContainer'
        ? sayError(response, 403, 'AuthorizationFailure')
        : locking(request, response),
    );
    expect(await store.retentionProblem?.()).toBeUndefined();
    await store.put('data/a', randomBody(10), { retention: { mode: 'governance', until: later } });
    expect(store.classify(await errorOf(() => store.remove('data/a')))).toBe('denied');
    expect(count('GetContainer')).toBe(1);
  });
});

describe('a legal hold', () => {
  it('refuses to replace and to remove, and says that it is one', async () => {
    const { store, count } = await against(lockingContainer({ 'x-ms-legal-hold': 'true' }));
    await store.put('data/a', randomBody(10));
    for (const call of [() => store.remove('data/a'), () => store.put('data/a', randomBody(10))]) {
      const error = await errorOf(call);
      expect(store.classify(error)).toBe('denied');
      expect(error).toMatchObject({ message: expect.stringContaining('a legal hold is on it') });
    }
    expect([count('PutBlob'), count('DeleteBlob')]).toEqual([1, 0]);
  });
});
