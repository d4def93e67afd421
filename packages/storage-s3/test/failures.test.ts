import { afterEach, describe, expect, it } from '@jest/globals';
import { errorOf, inParts, randomBody } from '@cxvault/storage-testkit';

import { brokenServer, impatient, kindOf, sayError } from './broken-server.ts';
import type { Tuning } from '../src/s3-calls.ts';
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

/** Fails requests of one kind, all of them or the first few. */
function failing(kind: string, fail: Misbehaviour, times = Infinity): Misbehaviour {
  let failed = 0;
  return (request, response) => {
    if (kindOf(request) !== kind || failed >= times) return undefined;
    failed += 1;
    return fail(request, response);
  };
}

const reset: Misbehaviour = (_request, response) => {
  response.destroy();
  return 'done';
};

const hang: Misbehaviour = () => 'done';

describe('a server that fails', () => {
  it.each([
    ['a reset connection', reset, 'transient'],
    ['500', (_, response) => sayError(response, 500, 'InternalError'), 'transient'],
    ['503 SlowDown', (_, response) => sayError(response, 503, 'SlowDown'), 'throttled'],
    ['403', (_, response) => sayError(response, 403, 'AccessDenied'), 'denied'],
    ['507', (_, response) => sayError(response, 507, 'XMinioStorageFull'), 'full'],
    ['412 to a creation', (_, response) => sayError(response, 412, 'PreconditionFailed'), 'exists'],
    [
      '409 to a creation',
      (_, response) => sayError(response, 409, 'ConditionalRequestConflict'),
      'transient',
    ],
  ] satisfies [string, Misbehaviour, string][])('is told by its kind: %s', async (_name, fail, kind) => {
    const { store } = await against(failing('PutObject', fail));
    const error = await errorOf(() => store.put('runs/1', randomBody(10), { ifAbsent: true }));
    expect(store.classify(error)).toBe(kind);
  });

  it.each([impatient, { idleMs: 300 }, { answerMs: 300 }])(
    'is given up when it does not answer: %j',
    async (tuning) => {
      const { store } = await against(failing('HeadObject', hang), 'sse=none', tuning);
      expect(store.classify(await errorOf(() => store.stat('data/object')))).toBe('transient');
    },
  );

  it('is asked few times: trying again is the business of the store above', async () => {
    const { store, count } = await against(failing('GetObject', reset));
    await errorOf(() => store.get('data/object'));
    expect(count('GetObject')).toBe(2);
  });

  it('is unreachable', async () => {
    const { store, stop } = await against(() => undefined);
    await stop();
    server = await brokenServer(() => undefined);
    expect(store.classify(await errorOf(() => store.stat('data/object')))).toBe('transient');
  });

  it('answers with HTML where XML was expected', async () => {
    const { store } = await against(
      failing('ListObjects', (_, response) => {
        response.writeHead(502, { 'content-type': 'text/html' }).end('<html><body>Bad gateway</body></html>');
        return 'done';
      }),
    );
    expect(store.classify(await errorOf(() => Array.fromAsync(store.list(''))))).toBe('transient');
  });
});

describe('a body that does not come whole', () => {
  const size = 1_000_000;

  function sending(bytes: number, then: (response: Parameters<Misbehaviour>[1]) => void): Misbehaviour {
    return failing('GetObject', (_, response) => {
      response.writeHead(200, { 'content-length': size });
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
      const { store } = await against(sending(size / 2, then), 'sse=none', impatient);
      const body = await store.get('data/object');
      let read = 0;
      const error = await errorOf(async () => {
        for await (const chunk of body) read += chunk.length;
      });
      expect(store.classify(error)).toBe('transient');
      expect(read).toBeLessThan(size);
    },
  );

  it('throws when the server gives the whole object for a range', async () => {
    const { store } = await against(sending(1000, (response) => response.end()));
    const error = await errorOf(() => store.get('data/object', { range: { offset: 5, length: 10 } }));
    expect(error).toMatchObject({ code: 'STORE_REFUSED' });
  });
});

describe('an upload in parts that fails', () => {
  const large = randomBody(20_000_000);

  it('is removed, and no further part is sent', async () => {
    const fail = failing('UploadPart', (_, response) => sayError(response, 403, 'AccessDenied'));
    const { store, count } = await against(fail);
    const error = await errorOf(() => store.put('data/large', inParts(large)));
    expect(store.classify(error)).toBe('denied');
    expect(count('UploadPart')).toBeLessThanOrEqual(2);
    expect(count('AbortMultipartUpload')).toBe(1);
    expect(count('CompleteMultipartUpload')).toBe(0);
  });

  it('sends nothing more when one of its parts has failed', async () => {
    const { store, count } = await against((request, response) =>
      request.query.get('partNumber') === '1' ? sayError(response, 400, 'InvalidRequest') : undefined,
    );
    let closed = false;
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        for (let n = 0; n < 4; n++) yield* inParts(large);
      } finally {
        closed = true;
      }
    }
    await errorOf(() => store.put('data/large', body()));
    expect(closed).toBe(true);
    expect(count('UploadPart')).toBeLessThan(6);
    expect(count('AbortMultipartUpload')).toBe(1);
  });

  it('is removed when aborted while the server begins it', async () => {
    const controller = new AbortController();
    const { store, received, count } = await against(
      failing('CreateMultipartUpload', () => {
        controller.abort();
        return undefined;
      }),
    );
    await errorOf(() => store.put('data/large', inParts(large), { signal: controller.signal }));
    expect(count('AbortMultipartUpload')).toBe(1);
    expect(received.findLast(({ method }) => method !== 'HEAD')?.query.get('uploadId')).toBe('upload-1');
  });

  it('is removed when its completion is refused', async () => {
    const fail = failing('CompleteMultipartUpload', (_, response) =>
      sayError(response, 412, 'PreconditionFailed'),
    );
    const { store, count } = await against(fail);
    const error = await errorOf(() => store.put('data/large', inParts(large), { ifAbsent: true }));
    expect(store.classify(error)).toBe('exists');
    expect(count('AbortMultipartUpload')).toBe(1);
  });

  it('is refused when the server says 200 and then an error', async () => {
    const fail = failing('CompleteMultipartUpload', (_, response) =>
      sayError(response, 200, 'InternalError'),
    );
    const { store, count } = await against(fail);
    await errorOf(() => store.put('data/large', inParts(large)));
    expect(count('AbortMultipartUpload')).toBe(1);
  });

  it('is removed though the removal fails at first', async () => {
    const failPart = failing('UploadPart', (_, response) => sayError(response, 400, 'InvalidRequest'));
    // The SDK itself asks twice: these are two calls that fail, and one that does not.
    const failRemoval = failing('AbortMultipartUpload', reset, 4);
    const { store, count } = await against((...each) => failPart(...each) ?? failRemoval(...each));
    const error = await errorOf(() => store.put('data/large', inParts(large)));
    expect(store.classify(error)).toBe('permanent');
    expect(count('AbortMultipartUpload')).toBe(5);
  });

  it('sends a part again that was lost on its way', async () => {
    const { store, count } = await against(failing('UploadPart', reset, 2));
    expect(await store.put('data/large', inParts(large))).toMatchObject({ size: large.length });
    expect(count('UploadPart')).toBe(Math.ceil(large.length / 5_242_880) + 2);
    expect(count('AbortMultipartUpload')).toBe(0);
  });

  it('is removed when aborted while the server does not answer', async () => {
    const controller = new AbortController();
    const fail = failing('UploadPart', () => {
      controller.abort(new Error('enough'));
      return 'done';
    });
    const { store, count } = await against(fail);
    const put = () => store.put('data/large', inParts(large), { signal: controller.signal });
    expect(await errorOf(put)).toMatchObject({ message: 'enough' });
    expect(count('AbortMultipartUpload')).toBe(1);
    expect(count('CompleteMultipartUpload')).toBe(0);
  });

  it('is removed when aborted while the body gives nothing', async () => {
    const { store, count } = await against(() => undefined);
    const controller = new AbortController();
    async function* body(): AsyncGenerator<Uint8Array> {
      yield* inParts(large);
      controller.abort(new Error('enough'));
      await new Promise(() => {});
    }
    const put = () => store.put('data/large', body(), { signal: controller.signal });
    expect(await errorOf(put)).toMatchObject({ message: 'enough' });
    expect(count('AbortMultipartUpload')).toBe(1);
    expect(count('CompleteMultipartUpload')).toBe(0);
  });
});

describe('many uploads at once', () => {
  const medium = randomBody(100_000);

  /** A server that answers to objects only when told to. */
  function holding(): { misbehave: Misbehaviour; held: (() => void)[] } {
    const held: (() => void)[] = [];
    const hold = failing('PutObject', (_, response) => {
      held.push(() => response.writeHead(200, { etag: '"e"' }).end());
      return 'done';
    });
    return { misbehave: hold, held };
  }

  it('wait for each other before they read, so that memory does not grow with them', async () => {
    const { store, count } = await against(() => undefined);
    let reading = 0;
    let most = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      reading += 1;
      most = Math.max(most, reading);
      yield* inParts(medium);
    }
    const put = async (n: number) => {
      await store.put(`data/${n}`, body());
      reading -= 1;
    };
    await Promise.all(Array.from({ length: 17 }, (_, n) => put(n)));
    // One that has just finished may still be counted when the next one begins.
    expect(most).toBeLessThanOrEqual(3);
    expect(count('PutObject')).toBe(17);
  });

  it('can be aborted while they wait, and the others go on', async () => {
    const { misbehave, held } = holding();
    const { store } = await against(misbehave);
    const controller = new AbortController();
    const { signal } = controller;
    const first = Array.from({ length: 2 }, (_, n) => store.put(`data/${n}`, inParts(medium)));
    while (held.length < 2) await new Promise((resolve) => setImmediate(resolve));
    let begun = 0;
    async function* late(): AsyncGenerator<Uint8Array> {
      begun += 1;
      yield medium;
    }
    const waiting = [1, 2, 3].map((n) => store.put(`data/waiting-${n}`, late(), { signal }));
    const last = store.put('data/last', inParts(medium));
    controller.abort(new Error('enough'));
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    for (const answer of held.splice(0)) answer();
    await Promise.all(first);
    while (held.length < 1) await new Promise((resolve) => setImmediate(resolve));
    for (const answer of held.splice(0)) answer();
    expect(await last).toMatchObject({ key: 'data/last' });
    expect(begun).toBe(0);
  });
});

describe('what a write asks for', () => {
  it.each([
    ['', 'AES256', undefined],
    ['sse=AES256', 'AES256', undefined],
    ['sse=aws:kms&kmsKeyId=key-1', 'aws:kms', 'key-1'],
    ['sse=none', undefined, undefined],
  ])('encryption with %j', async (parameters, sse, keyId) => {
    const { store, received } = await against(() => undefined, parameters);
    await store.put('data/small', randomBody(10));
    await store.put('data/large', inParts(randomBody(10_000_000)));
    const writes = received.filter((each) => ['PutObject', 'CreateMultipartUpload'].includes(kindOf(each)));
    expect(writes).toHaveLength(2);
    for (const { headers } of writes) {
      expect(headers['x-amz-server-side-encryption']).toBe(sse);
      expect(headers['x-amz-server-side-encryption-aws-kms-key-id']).toBe(keyId);
    }
  });

  it('a SHA-256 with every object and part', async () => {
    const { store, received } = await against(() => undefined);
    await store.put('data/small', randomBody(10));
    await store.put('data/large', inParts(randomBody(10_000_000)));
    const writes = received.filter((each) => ['PutObject', 'UploadPart'].includes(kindOf(each)));
    expect(writes).toHaveLength(3);
    for (const { headers } of writes) expect(headers['x-amz-checksum-sha256']).toMatch(/^[\w+/]{43}=$/);
  });

  it('no encryption that the server refuses: the error says what to do', async () => {
    const refuse: Misbehaviour = ({ headers }, response) =>
      headers['x-amz-server-side-encryption'] === undefined
        ? undefined
        : sayError(response, 501, 'NotImplemented');
    const { store, count } = await against(refuse, '');
    const error = await errorOf(() => store.put('data/object', randomBody(10)));
    expect(error).toMatchObject({ code: 'STORE_REFUSED', hint: expect.stringContaining('sse=none') });
    expect(count('PutObject')).toBe(0);
  });

  it('encryption that the server ignores: an error only where the address names it', async () => {
    const ignore: Misbehaviour = ({ method }, response) => {
      if (method !== 'PUT') return undefined;
      response.writeHead(200, { etag: '"e"' }).end();
      return 'done';
    };
    const named = await against(ignore, 'sse=AES256');
    const error = await errorOf(() => named.store.put('data/object', randomBody(10)));
    expect(error).toMatchObject({ code: 'STORE_REFUSED', hint: expect.stringContaining('sse=none') });
    expect(named.count('PutObject')).toBe(0);
    await named.stop();
    const { store } = await against(ignore, '');
    expect(await store.put('data/object', randomBody(10))).toMatchObject({ size: 10 });
  });

  it('a creation of a server that honours If-None-Match, and looks first where it does not', async () => {
    const honest = await against(() => undefined);
    await honest.store.put('runs/1', randomBody(10), { ifAbsent: true });
    expect(honest.store.capabilities.createIfAbsent).toBe(true);
    const write = honest.received.find((each) => kindOf(each) === 'PutObject');
    expect(write?.headers['if-none-match']).toBe('*');
    await honest.stop();
    const careless = await against(
      failing('Probe', (_, response) => {
        response.writeHead(200, { etag: '"e"' }).end();
        return 'done';
      }),
    );
    const error = await errorOf(() => careless.store.put('runs/1', randomBody(10), { ifAbsent: true }));
    expect(careless.store.classify(error)).toBe('exists');
    expect(careless.store.capabilities.createIfAbsent).toBe(false);
    expect(careless.count('PutObject')).toBe(0);
  });

  it('one probe for all writes, asked for again only when it failed', async () => {
    const { store, count } = await against(failing('Probe', reset, 2));
    await errorOf(() => store.put('data/0', randomBody(10)));
    const before = count('Probe');
    await Promise.all([1, 2, 3].map((n) => store.put(`data/${n}`, randomBody(10))));
    // Written, written again on condition, removed.
    expect(count('Probe') - before).toBe(3);
  });
});

describe('an answer to HEAD, which has no body', () => {
  const missing: Misbehaviour = (_, response) => {
    response.writeHead(404).end();
    return 'done';
  };

  it('of 404 means that there is no object where there is a bucket', async () => {
    const { store, count } = await against(failing('HeadObject', missing));
    expect(await store.stat('cxvault.json')).toBeUndefined();
    expect(await store.stat('cxvault.json')).toBeUndefined();
    // The bucket was looked for once.
    expect(count('HeadBucket')).toBe(1);
  });

  it('is told by its status, which is all that there is', async () => {
    const { store } = await against(
      failing('HeadObject', (_, response) => {
        response.writeHead(403).end();
        return 'done';
      }),
    );
    const error = await errorOf(() => store.stat('a'));
    expect(store.classify(error)).toBe('denied');
    expect(error).toMatchObject({ message: 'the server answered HTTP 403 and gave no reason' });
  });

  it('of 404 for the bucket too is an error', async () => {
    const { store } = await against(
      (...each) => failing('HeadObject', missing)(...each) ?? failing('HeadBucket', missing)(...each),
    );
    const error = await errorOf(() => store.stat('cxvault.json'));
    expect(error).toMatchObject({ code: 'STORE_NOT_FOUND', context: { bucket: 'bucket' } });
    expect(store.classify(error)).not.toBe('not-found');
  });
});

describe('a server that lists in another order', () => {
  it('is refused: its pages would repeat and leave out objects', async () => {
    const contents = ['b', 'a'].map((name) => `<Contents><Key>prefix/${name}</Key><Size>1</Size></Contents>`);
    const { store } = await against(
      failing('ListObjects', (_, response) => {
        response.writeHead(200).end(`<ListBucketResult>${contents.join('')}</ListBucketResult>`);
        return 'done';
      }),
    );
    const error = await errorOf(() => Array.fromAsync(store.list('')));
    expect(error).toMatchObject({ code: 'STORE_REFUSED' });
  });
});
