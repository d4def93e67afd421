import { afterEach, describe, expect, it } from '@jest/globals';

import { errorOf, flipBits, flippingMark, inParts, randomBody } from '@cxvault/storage-testkit';

import { against, answering, failing, hang, lose, reset, saying } from './against.ts';
import type { Against } from './against.ts';
import { openGcs } from '../src/factory.ts';
import { crc32cOf, SmallGcs } from './small-gcs.ts';
import type { Misbehaviour, Received } from './small-gcs.ts';

const large = randomBody(12_000_000);
const key = 'data/large';

let open: Against | undefined;

afterEach(() => open?.stop());

async function at(...options: Parameters<typeof against>): Promise<Against> {
  open = await against(...options);
  return open;
}

const misbehaving = (misbehave: Misbehaviour) => at({ misbehave });

const isLast = ({ kind, headers }: Received) =>
  kind === 'Send' && !String(headers['content-range']).endsWith('/*');

/** Fails the piece that makes the object. */
function failingLast(fail: Misbehaviour, times = 1): Misbehaviour {
  const failPiece = failing('Send', fail, times);
  return (request, response) => (isLast(request) ? failPiece(request, response) : undefined);
}

function expectNothingLeft({ server }: Against): void {
  expect(server.versions).toEqual([]);
  expect([...server.sessions.values()]).toEqual([]);
}

async function expectWhole({ store, server }: Against, ifAbsent = false): Promise<void> {
  expect(await store.put(key, inParts(large), { ifAbsent })).toMatchObject({
    size: large.length,
    checksum: { kind: 'crc32c', base64: crc32cOf(large) },
  });
  expect(server.live(`prefix/${key}`)?.bytes.equals(large)).toBe(true);
}

describe('an upload', () => {
  it('goes in pieces, and says only at the end how long it is and what its checksum is', async () => {
    const { store, server } = await at();
    await store.put(key, inParts(large), { contentType: 'application/x-test' });
    const pieces = server.received.filter(({ kind }) => kind === 'Send').map(({ headers }) => headers);
    expect(pieces.map((headers) => headers['content-range'])).toEqual([
      'bytes 0-5242879/*',
      'bytes 5242880-10485759/*',
      'bytes 10485760-11999999/12000000',
    ]);
    expect(pieces.map((headers) => headers['x-goog-hash'])).toEqual([
      undefined,
      undefined,
      `crc32c=${crc32cOf(large)}`,
    ]);
    expect(server.live(`prefix/${key}`)).toMatchObject({ contentType: 'application/x-test' });
  });

  it('has the CRC32C of RFC 3720', async () => {
    const { store } = await at();
    for (const body of [Buffer.alloc(32), inParts(Buffer.alloc(32), 5)])
      expect(await store.put(key, body)).toMatchObject({ checksum: { kind: 'crc32c', base64: 'ipE2qg==' } });
  });

  it('of what fits into one piece is one request, a stream that creates excepted', async () => {
    const { store, server } = await at();
    await store.put('a', randomBody(10));
    await store.put('b', inParts(randomBody(10)));
    await store.put('c', randomBody(10), { ifAbsent: true });
    expect([server.count('Insert'), server.count('Begin')]).toEqual([3, 0]);
    await store.put('d', inParts(randomBody(10)), { ifAbsent: true });
    expect([server.count('Insert'), server.count('Begin'), server.count('Send')]).toEqual([3, 1, 1]);
  });

  it('sends again what the server did not keep of a piece', async () => {
    const upload = await at({ takes: 3 * 262_144 });
    await expectWhole(upload);
    expect(upload.server.count('Send')).toBe(16);
    expect(upload.server.count('Ask')).toBe(0);
  });

  it('is given up, and ended, when the server keeps nothing', async () => {
    const upload = await at({ takes: 0 });
    const error = await errorOf(() => upload.store.put(key, inParts(large)));
    expect(upload.store.classify(error)).toBe('transient');
    expect(upload.server.count('Send')).toBe(4);
    expectNothingLeft(upload);
  });

  it.each([
    ['never came', reset],
    ['was kept, though the answer is lost', lose],
    ['was answered 503', saying(503, 'backendError')],
    ['was answered 500', saying(500, 'internalError')],
  ] satisfies [string, Misbehaviour][])('asks how far it has come when a piece %s', async (_name, fail) => {
    const upload = await misbehaving(failing('Send', fail, 1));
    await expectWhole(upload);
    expect(upload.server.count('Ask')).toBe(1);
  });

  it.each([false, true])('knows its object when the last answer is lost (ifAbsent: %s)', async (ifAbsent) => {
    const upload = await misbehaving(failingLast(lose));
    await expectWhole(upload, ifAbsent);
    expect([upload.server.count('Ask'), upload.server.count('Cancel')]).toEqual([1, 0]);
  });

  it('is begun again when the answer to its beginning is lost', async () => {
    const upload = await misbehaving(failing('Begin', lose, 1));
    await expectWhole(upload);
    expect(upload.server.count('Begin')).toBe(2);
  });

  it('that the server forgot may be sent again from the start, which is not done here', async () => {
    const upload = await misbehaving(failing('Send', saying(404, 'notFound'), 1));
    const error = await errorOf(() => upload.store.put(key, inParts(large)));
    expect(upload.store.classify(error)).toBe('transient');
    expectNothingLeft(upload);
  });

  it.each([
    ['lost bytes that it had', answering(308, '', { range: 'bytes=0-99' })],
    ['has more bytes than it was sent', answering(308, '', { range: 'bytes=0-99999999' })],
    [
      'ended it before its end',
      answering(200, JSON.stringify({ name: 'x', size: '1', timeCreated: '2026-11-24' })),
    ],
  ] satisfies [string, Misbehaviour][])('is given up when the server %s', async (_name, fail) => {
    let sends = 0;
    const second: Misbehaviour = (request, response) =>
      request.kind === 'Send' && (sends += 1) === 2 ? fail(request, response) : undefined;
    const upload = await misbehaving(second);
    const error = await errorOf(() => upload.store.put(key, inParts(large)));
    expect(upload.store.classify(error)).toBe('transient');
    expect([upload.server.count('Send'), upload.server.count('Ask')]).toEqual([2, 0]);
    expectNothingLeft(upload);
  });

  it('sends nothing more when a piece was refused, and is ended', async () => {
    const upload = await misbehaving(failing('Send', saying(403, 'forbidden')));
    let closed = false;
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        for (let n = 0; n < 4; n++) yield* inParts(large);
      } finally {
        closed = true;
      }
    }
    const error = await errorOf(() => upload.store.put(key, body()));
    expect(upload.store.classify(error)).toBe('denied');
    expect(closed).toBe(true);
    expect(upload.server.count('Send')).toBe(1);
    expectNothingLeft(upload);
  });

  it('ends at once when a piece was refused while the body gives nothing', async () => {
    const upload = await misbehaving(failing('Send', saying(403, 'forbidden')));
    async function* body(): AsyncGenerator<Uint8Array> {
      yield* inParts(large.subarray(0, 6_000_000));
      await new Promise(() => {});
    }
    expect(upload.store.classify(await errorOf(() => upload.store.put(key, body())))).toBe('denied');
    expectNothingLeft(upload);
  });

  it.each([
    ['while the server does not answer', () => Promise.resolve()],
    ['while the body gives nothing', () => new Promise<void>(() => {})],
  ])('ends at once when aborted %s', async (_name, pause) => {
    const controller = new AbortController();
    const sent = Promise.withResolvers<undefined>();
    const upload = await misbehaving(
      failing('Send', () => {
        sent.resolve(undefined);
        return 'done';
      }),
    );
    async function* body(): AsyncGenerator<Uint8Array> {
      yield* inParts(large.subarray(0, 6_000_000));
      void sent.promise.then(() => controller.abort(new Error('enough')));
      await pause();
      yield* inParts(large);
    }
    const put = () => upload.store.put(key, body(), { signal: controller.signal });
    expect(await errorOf(put)).toMatchObject({ message: 'enough' });
    expectNothingLeft(upload);
  });

  it('that was finished before the abort came is no failure: nothing undoes it', async () => {
    const controller = new AbortController();
    const upload = await misbehaving(
      failingLast(() => {
        controller.abort();
        return 'lose';
      }),
    );
    const info = await upload.store.put(key, inParts(large), { signal: controller.signal });
    expect(info).toMatchObject({ size: large.length });
    expect(upload.server.live(`prefix/${key}`)?.bytes.equals(large)).toBe(true);
  });

  it('is ended with patience, and its own error counts if that does not help', async () => {
    let refusals = 2;
    const misbehave: Misbehaviour = (request, response) => {
      if (request.kind === 'Cancel' && refusals-- > 0) return saying(503, 'backendError')(request, response);
      return failing('Send', saying(403, 'forbidden'))(request, response);
    };
    const upload = await misbehaving(misbehave);
    await errorOf(() => upload.store.put(key, inParts(large)));
    expect(upload.server.count('Cancel')).toBe(3);
    expectNothingLeft(upload);
    refusals = Infinity;
    const error = await errorOf(() => upload.store.put(key, inParts(large)));
    expect(upload.store.classify(error)).toBe('denied');
    expect(upload.server.count('Cancel')).toBe(7);
  });

  it('is given up after four attempts', async () => {
    const upload = await misbehaving((request, response) =>
      ['Send', 'Ask'].includes(request.kind) ? reset(request, response) : undefined,
    );
    const error = await errorOf(() => upload.store.put(key, inParts(large)));
    expect(upload.store.classify(error)).toBe('transient');
    expect([upload.server.count('Send'), upload.server.count('Ask')]).toEqual([1, 3]);
    expectNothingLeft(upload);
  });
});

describe('bytes that changed on their way', () => {
  const bodies = [
    () => Buffer.concat([randomBody(100), flippingMark, randomBody(100)]),
    () => Buffer.concat([randomBody(7_000_000), flippingMark, randomBody(2_000_000)]),
  ];

  it.each([true, false])(
    'are refused, and nothing is kept of them (a server that checks: %s)',
    async (checks) => {
      const server = new SmallGcs({ checks });
      const proxy = await flipBits(new URL(await server.start()));
      server.publicEndpoint = proxy.endpoint;
      const env = { STORAGE_EMULATOR_HOST: proxy.endpoint };
      const store = await openGcs(new URL('gs://archives/prefix'), { env }, { retryMs: 1 });
      for (const body of bodies) {
        for (const form of [body, () => inParts(body())]) {
          const error = await errorOf(() => store.put('data/flipped', form()));
          // The same bytes may be sent again.
          expect(store.classify(error)).toBe('transient');
          expect(error).toMatchObject({ reason: 'checksumMismatch' });
          expect(server.versions).toEqual([]);
        }
      }
      await store.put('data/good', randomBody(100));
      await store.close();
      await proxy.stop();
      await server.stop();
    },
  );

  it('that cannot be removed again are told of', async () => {
    const flipped = answering(
      200,
      JSON.stringify({
        name: 'x',
        size: '10',
        timeCreated: '2026-11-24',
        generation: '7',
        crc32c: 'AAAAAA==',
      }),
    );
    const { store, server } = await misbehaving((request, response) => {
      if (request.kind === 'Insert') return flipped(request, response);
      return failing('Delete', saying(403, 'forbidden'))(request, response);
    });
    const error = await errorOf(() => store.put('data/flipped', randomBody(10)));
    expect(error).toMatchObject({ code: 'STORE_REFUSED', context: { key: 'data/flipped' } });
    expect(server.received.at(-1)?.url.searchParams.get('generation')).toBe('7');
  });
});

describe('many uploads at once', () => {
  it('wait for each other before they read, so that memory does not grow with them', async () => {
    const { store, server } = await at();
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
    expect(server.versions).toHaveLength(17);
  });

  it('end while they wait when aborted', async () => {
    const upload = await misbehaving(failing('Send', hang));
    const controllers = [1, 2, 3].map(() => new AbortController());
    const puts = controllers.map(({ signal }, n) =>
      errorOf(() => upload.store.put(`data/${n}`, inParts(large), { signal })),
    );
    for (const controller of controllers.toReversed()) controller.abort(new Error('enough'));
    expect(await Promise.all(puts)).toEqual(controllers.map(({ signal }) => signal.reason as unknown));
    expectNothingLeft(upload);
  });
});
