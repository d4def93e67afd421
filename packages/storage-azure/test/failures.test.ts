import { inspect } from 'node:util';

import { afterEach, describe, expect, it } from '@jest/globals';
import { errorOf, inParts, randomBody } from '@cxvault/storage-testkit';

import {
  brokenServer,
  failing,
  hang,
  impatient,
  kindOf,
  reset,
  say,
  sayError,
  saying,
} from './broken-server.ts';
import type { Tuning } from '../src/azure-calls.ts';
import type { BrokenServer, Misbehaviour } from './broken-server.ts';

let server: BrokenServer;

afterEach(() => server.stop());

async function against(
  misbehave: Misbehaviour,
  parameters?: string,
  tuning?: Partial<Tuning>,
): Promise<BrokenServer> {
  server = await brokenServer(misbehave, parameters, tuning);
  return server;
}

describe('a server that fails', () => {
  it.each([
    ['a reset connection', reset, 'transient'],
    ['500', saying(500, 'InternalError'), 'transient'],
    ['503', saying(503, 'ServerBusy'), 'throttled'],
    ['403', saying(403, 'AuthorizationPermissionMismatch'), 'denied'],
    ['403 without a remedy', saying(403, 'Whatever'), 'denied'],
    ['a body that changed on its way', saying(400, 'Md5Mismatch'), 'transient'],
    ['409 to a creation', saying(409, 'BlobAlreadyExists'), 'exists'],
    ['412 to a creation', saying(412, 'ConditionNotMet'), 'exists'],
    ['a lease', saying(412, 'LeaseIdMissing'), 'permanent'],
    ['a locked container', saying(409, 'BlobImmutableDueToPolicy'), 'denied'],
  ] satisfies [string, Misbehaviour, string][])('is told by its kind: %s', async (_name, fail, kind) => {
    const { store } = await against(failing('PutBlob', fail));
    const error = await errorOf(() => store.put('runs/1', randomBody(10), { ifAbsent: true }));
    expect(store.classify(error)).toBe(kind);
  });

  it.each(['GetContainer', 'DeleteBlob'])('is given up when it does not answer: %s', async (kind) => {
    const { store } = await against(failing(kind, hang), '', impatient);
    const error = await errorOf(() => store.remove('data/object'));
    expect(store.classify(error)).toBe('transient');
    expect(error).toMatchObject({ message: 'the server did not answer within 300 ms' });
  });

  it.each([
    ['a reset connection', reset],
    ['500', saying(500, 'InternalError')],
    ['an error without a remedy', saying(400, 'InvalidHeaderValue')],
  ])('is told without the secret in its address: %s', async (_name, fail) => {
    const { store, received } = await against(fail);
    for (const call of [
      () => store.stat('a'),
      () => store.get('a'),
      () => store.put('a', inParts(randomBody(10))),
      () => Array.fromAsync(store.list('')),
    ]) {
      const error = await errorOf(call);
      expect(`${inspect(error, { depth: 8 })} ${String(error)}`).not.toContain('top-secret');
    }
    expect(received[0]?.line).toContain('sig=top-secret');
  });

  it('is asked few times: trying again is the business of the store above', async () => {
    const { store, count } = await against(failing('GetBlob', reset));
    await errorOf(() => store.get('data/object'));
    expect(count('GetBlob')).toBe(2);
  });

  it('is unreachable', async () => {
    const { store, stop } = await against(() => undefined);
    await stop();
    server = await brokenServer(() => undefined);
    expect(store.classify(await errorOf(() => store.stat('data/object')))).not.toBe('not-found');
  });

  it('answers with HTML where XML was expected', async () => {
    const { store } = await against(
      failing('ListBlobs', (_, response) =>
        say(response, 502, { 'content-type': 'text/html' }, '<html><body>Bad gateway</body></html>'),
      ),
    );
    expect(store.classify(await errorOf(() => Array.fromAsync(store.list(''))))).toBe('transient');
  });

  it.each([
    ['ContainerNotFound', 404, 'STORE_NOT_FOUND', 'Containers > Add container'],
    ['AuthenticationFailed', 403, 'STORE_DENIED', 'Access keys'],
    ['AuthorizationPermissionMismatch', 403, 'STORE_DENIED', 'Access Control (IAM)'],
    ['AuthorizationFailure', 403, 'STORE_DENIED', 'Networking'],
    ['KeyBasedAuthenticationNotPermitted', 403, 'STORE_DENIED', 'Allow storage account key access'],
    ['BlobImmutableDueToPolicy', 409, 'STORE_DENIED', 'Access policy'],
    ['BlobArchived', 409, 'STORE_REFUSED', 'Change tier'],
    ['EncryptionScopeNotFound', 404, 'STORE_REFUSED', 'Encryption scopes'],
  ])("says what to do in the portal's words: %s", async (code, status, ours, hint) => {
    const { store } = await against((request, response) =>
      kindOf(request) === 'GetContainer' ? undefined : sayError(response, status, code),
    );
    for (const call of [() => store.stat('a'), () => store.get('a'), () => store.remove('a')]) {
      const error = await errorOf(call);
      expect(error).toMatchObject({ code: ours, hint: expect.stringContaining(hint) });
      expect(store.classify(error)).toBe(ours === 'STORE_DENIED' ? 'denied' : 'permanent');
      expect(inspect(error, { depth: 8 })).not.toContain('top-secret');
    }
  });
});

describe('the container', () => {
  it('that is missing is never an archive without objects', async () => {
    const { store } = await against(saying(404, 'ContainerNotFound'));
    const calls = [
      () => store.stat('cxvault.json'),
      () => store.get('cxvault.json'),
      () => store.put('cxvault.json', randomBody(5)),
      () => Array.fromAsync(store.list('')),
      () => store.remove('cxvault.json'),
    ];
    for (const call of calls) {
      const error = await errorOf(call);
      expect(error).toMatchObject({ code: 'STORE_NOT_FOUND', context: { container: 'container' } });
      expect(store.classify(error)).not.toBe('not-found');
    }
  });
});

describe('a body that does not come whole', () => {
  const size = 1_000_000;

  function sending(bytes: number, then: (response: Parameters<Misbehaviour>[1]) => void): Misbehaviour {
    return failing('GetBlob', (_, response) => {
      response.writeHead(200, { etag: '"0x1"', 'content-length': size });
      response.write(Buffer.alloc(bytes), () => then(response));
      return 'done';
    });
  }

  it.each([
    ['cut by a reset', (response) => response.socket?.resetAndDestroy()],
    ['cut by an end that looks orderly', (response) => response.socket?.end()],
    ['that stops coming', () => {}],
  ] satisfies [string, (response: Parameters<Misbehaviour>[1]) => void][])(
    'throws, and does not end: %s',
    async (_name, then) => {
      const { store } = await against(sending(size / 2, then), '', impatient);
      const body = await store.get('data/object');
      let read = 0;
      const error = await errorOf(async () => {
        for await (const chunk of body) read += chunk.length;
      });
      expect(store.classify(error)).toBe('transient');
      expect(read).toBeLessThan(size);
    },
  );

  it('is told to who reads it, and to nobody before', async () => {
    const broken = Promise.withResolvers<undefined>();
    const { store } = await against(
      sending(size / 2, (response) => {
        response.socket?.once('close', () => broken.resolve(undefined)).resetAndDestroy();
      }),
    );
    const body = await store.get('data/object');
    await broken.promise;
    // Our side has met the reset once later answers have come.
    for (let n = 0; n < 5; n++) await store.stat('data/other');
    expect(store.classify(await errorOf(() => Array.fromAsync(body)))).toBe('transient');
  });

  it('throws when the server gives the whole object for a range', async () => {
    const { store } = await against(sending(1000, (response) => response.end()));
    const error = await errorOf(() => store.get('data/object', { range: { offset: 5, length: 10 } }));
    expect(error).toMatchObject({ code: 'STORE_REFUSED' });
  });

  it('ends when the store is closed', async () => {
    const { store } = await against(sending(size / 2, () => {}));
    const body = await store.get('data/object');
    await store.close();
    await errorOf(() => Array.fromAsync(body));
  });
});

describe('a server that lists in another order', () => {
  it('is refused: its pages would repeat and leave out objects', async () => {
    const blob = (name: string) =>
      `<Blob><Name>prefix/${name}</Name><Properties><Content-Length>1</Content-Length></Properties></Blob>`;
    const { store } = await against(
      failing('ListBlobs', (_, response) =>
        say(
          response,
          200,
          { 'content-type': 'application/xml' },
          `<EnumerationResults><Blobs>${blob('b')}${blob('a')}</Blobs><NextMarker/></EnumerationResults>`,
        ),
      ),
    );
    const error = await errorOf(() => Array.fromAsync(store.list('')));
    expect(error).toMatchObject({ code: 'STORE_REFUSED' });
  });
});
