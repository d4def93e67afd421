import { setImmediate } from 'node:timers/promises';

import { afterEach, describe, expect, it } from '@jest/globals';
import { errorOf, inParts, randomBody } from '@cxvault/storage-testkit';

import { brokenServer, failing, hang, kindOf, reset, say, sayError, saying } from './broken-server.ts';
import type { BrokenServer, Misbehaviour } from './broken-server.ts';

let server: BrokenServer;

afterEach(() => server.stop());

async function against(misbehave: Misbehaviour, parameters?: string): Promise<BrokenServer> {
  server = await brokenServer(misbehave, parameters);
  return server;
}

describe('an upload in blocks', () => {
  const large = randomBody(20_000_000);

  it('commits its blocks in order, once all of them are there', async () => {
    const { store, received, count } = await against(() => undefined);
    expect(await store.put('data/large', inParts(large))).toMatchObject({ size: large.length });
    expect(count('PutBlock')).toBe(4);
    expect(received.at(-1)).toMatchObject({ line: expect.stringContaining('comp=blocklist') });
    const blocks = received.filter((each) => kindOf(each) === 'PutBlock');
    expect(new Set(blocks.map(({ query }) => query.get('blockid'))).size).toBe(4);
    for (const { headers } of blocks) expect(headers['content-md5']).toMatch(/^[\w+/]{22}==$/);
  });

  it('sends nothing more when a block failed, and commits nothing', async () => {
    const { store, count } = await against(failing('PutBlock', saying(403, 'AuthorizationFailure')));
    const closed = Promise.withResolvers<boolean>();
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        for (let n = 0; n < 4; n++) yield* inParts(large);
      } finally {
        closed.resolve(true);
      }
    }
    const error = await errorOf(() => store.put('data/large', body()));
    expect(store.classify(error)).toBe('denied');
    expect(await closed.promise).toBe(true);
    expect(count('PutBlock')).toBeLessThanOrEqual(2);
    expect(count('PutBlockList')).toBe(0);
  });

  it('ends at once when a block failed while the body gives nothing', async () => {
    const { store } = await against(failing('PutBlock', saying(403, 'AuthorizationFailure')));
    async function* body(): AsyncGenerator<Uint8Array> {
      yield* inParts(large.subarray(0, 6_000_000));
      await new Promise(() => {});
    }
    expect(store.classify(await errorOf(() => store.put('data/large', body())))).toBe('denied');
  });

  it('sends a block again that was lost on its way', async () => {
    const { store, count } = await against(failing('PutBlock', reset, 3));
    expect(await store.put('data/large', inParts(large))).toMatchObject({ size: large.length });
    expect(count('PutBlock')).toBe(4 + 3);
  });

  it.each([
    ['while the server does not answer', () => Promise.resolve()],
    ['while the body gives nothing', () => new Promise<void>(() => {})],
  ])('ends at once when aborted %s', async (_name, pause) => {
    const controller = new AbortController();
    const { store, count } = await against(failing('PutBlock', hang));
    async function* body(): AsyncGenerator<Uint8Array> {
      yield* inParts(large.subarray(0, 6_000_000));
      void setImmediate().then(() => controller.abort(new Error('enough')));
      await pause();
      yield* inParts(large);
    }
    const put = () => store.put('data/large', body(), { signal: controller.signal });
    expect(await errorOf(put)).toMatchObject({ message: 'enough' });
    expect(count('PutBlockList')).toBe(0);
  });

  it('that another writer was faster than says so', async () => {
    const { store } = await against(failing('PutBlockList', saying(409, 'BlobAlreadyExists')));
    const error = await errorOf(() => store.put('data/large', inParts(large), { ifAbsent: true }));
    expect(store.classify(error)).toBe('exists');
  });

  it('whose blocks a faster writer dropped says so too, and may be tried again where it may replace', async () => {
    const { store } = await against(failing('PutBlockList', saying(400, 'InvalidBlockList')));
    const kind = async (ifAbsent: boolean) =>
      store.classify(await errorOf(() => store.put('data/large', inParts(large), { ifAbsent })));
    expect(await kind(true)).toBe('exists');
    expect(await kind(false)).toBe('transient');
  });

  it.each([
    ['knows its own blob when the answer to its commit was lost', (id: string) => id, undefined],
    [
      'does not take a blob for its own that a rival made of as many blocks',
      (id: string) => Buffer.from(id, 'base64').reverse().toString('base64'),
      'exists',
    ],
  ])('%s', async (_name, committed, kind) => {
    const ids: string[] = [];
    const carriedOut: Misbehaviour = (request, response) => {
      if (kindOf(request) === 'PutBlock') ids.push(request.query.get('blockid') ?? '');
      if (kindOf(request) === 'PutBlockList') return sayError(response, 409, 'BlobAlreadyExists');
      if (kindOf(request) !== 'GetBlockList') return undefined;
      const blocks = ids.map((id) => `<Block><Name>${committed(id)}</Name><Size>1</Size></Block>`).join('');
      const list = `<BlockList><CommittedBlocks>${blocks}</CommittedBlocks></BlockList>`;
      return say(response, 200, { 'content-type': 'application/xml' }, list);
    };
    const { store } = await against(carriedOut);
    const put = () => store.put('data/large', inParts(large), { ifAbsent: true });
    if (kind === undefined) expect(await put()).toMatchObject({ size: large.length });
    else expect(store.classify(await errorOf(put))).toBe(kind);
  });
});

describe('a creation whose answer is lost', () => {
  it('is tried once in one piece: a second time it could meet its own object', async () => {
    const { store, count } = await against(failing('PutBlob', reset));
    const error = await errorOf(() => store.put('runs/1', randomBody(10), { ifAbsent: true }));
    expect(store.classify(error)).toBe('transient');
    expect(count('PutBlob')).toBe(1);
    await errorOf(() => store.put('runs/1', randomBody(10)));
    expect(count('PutBlob')).toBe(3);
  });

  it('goes in blocks if it is a stream, however short', async () => {
    const { store, received, count } = await against(failing('PutBlockList', reset, 2));
    expect(await store.put('data/short', inParts(randomBody(10)), { ifAbsent: true })).toMatchObject({
      size: 10,
    });
    expect([count('PutBlob'), count('PutBlock'), count('PutBlockList')]).toEqual([0, 1, 3]);
    expect(received.at(-1)?.headers['if-none-match']).toBe('*');
  });
});

describe('many uploads at once', () => {
  it('wait for each other before they read, so that memory does not grow with them', async () => {
    const { store, count } = await against(() => undefined);
    let reading = 0;
    let most = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      reading += 1;
      most = Math.max(most, reading);
      yield* inParts(randomBody(100_000));
    }
    const put = async (n: number) => {
      await store.put(`data/${n}`, body());
      reading -= 1;
    };
    await Promise.all(Array.from({ length: 17 }, (_, n) => put(n)));
    // One that has just finished may still be counted when the next one begins.
    expect(most).toBeLessThanOrEqual(3);
    expect(count('PutBlob')).toBe(17);
  });
});

describe('what a write asks for', () => {
  const writes = ['PutBlob', 'PutBlock', 'PutBlockList'];

  async function writeBoth(parameters: string) {
    const { store, received } = await against(() => undefined, parameters);
    await store.put('data/small', randomBody(10), { contentType: 'text/plain', ifAbsent: true });
    await store.put('data/large', inParts(randomBody(8_000_000)), { ifAbsent: true });
    return received.filter((each) => writes.includes(kindOf(each)));
  }

  it('a creation, a content type and a checked MD5', async () => {
    const [small, , , commit] = await writeBoth('');
    expect(small?.headers).toMatchObject({
      'if-none-match': '*',
      'x-ms-blob-content-type': 'text/plain',
      'x-ms-blob-content-md5': expect.stringMatching(/^[\w+/]{22}==$/),
    });
    expect(small?.headers['x-ms-encryption-scope']).toBeUndefined();
    expect(commit?.headers).toMatchObject({
      'if-none-match': '*',
      'x-ms-blob-content-type': 'application/octet-stream',
    });
  });

  it('an encryption scope, with every block', async () => {
    const sent = await writeBoth('encryptionScope=scope-1');
    expect(sent).toHaveLength(4);
    for (const { headers } of sent) expect(headers['x-ms-encryption-scope']).toBe('scope-1');
  });

  it('an encryption scope that the server ignores: an error, and no object', async () => {
    const fail = failing('PutBlob', (_, response) => say(response, 201, {}));
    const { store, received } = await against(fail, 'encryptionScope=scope-1');
    const error = await errorOf(() => store.put('data/object', randomBody(10)));
    expect(error).toMatchObject({
      code: 'STORE_REFUSED',
      hint: expect.stringContaining('Encryption scopes'),
    });
    expect(received.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'if-match': '"0x1"' } });
  });
});
