import type { SourceInteraction, Unavailable } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import { cut, html, reset } from './scripted-server.ts';
import type { Answerer } from './scripted-server.ts';
import { answer, detailPath, queryPath, startTenant } from './tenant.ts';

const date = 'Sun, 01 Mar 2026 00:00:05 GMT';

const camel = {
  id: 'int 1/2',
  type: 'voice',
  status: 'closed',
  createdTime: '2026-02-01T10:00:00+02:00',
  updatedTime: '2026-02-01T09:00:00.123456',
  participants: [{ id: 17, type: 'agent', address: null, state: 'left' }],
  media: [
    {
      id: 'm1',
      type: 'recording',
      durationMs: '90000',
      format: 'wav',
      playbackUrl: 'https://cdn.example.test/m1.wav?X-Amz-Signature=abc&Expires=1',
      createdTime: 1769932800000,
    },
  ],
  customFields: { note: 'see https://shop.example.test/item?id=3' },
};

const snake = {
  id: 'int 1/2',
  type: 'voice',
  status: 'closed',
  created_time: '2026-02-01T08:00:00Z',
  updated_time: '2026-02-01T09:00:00.123Z',
  participants: [{ id: '17', type: 'agent', state: 'left' }],
  media: [
    {
      media_id: 'm1',
      type: 'recording',
      duration_ms: 90000,
      format: 'wav',
      playback_url: 'https://cdn.example.test/m1.wav?X-Amz-Signature=abc&Expires=1',
      created_time: '2026-02-01T08:00:00.000Z',
    },
  ],
};

function given(found: SourceInteraction | Unavailable): SourceInteraction {
  if ('unavailable' in found) throw new Error(`unavailable: ${JSON.stringify(found.unavailable)}`);
  return found;
}

describe('details', () => {
  it.each([
    ['camelCase', camel],
    ['snake_case', snake],
  ])('are read in %s', async (_, body) => {
    await using tenant = await startTenant();
    tenant.on(`${detailPath}int%201%2F2`, answer(body, 200, { date }));
    const answered = given(await (await tenant.open()).fetch('int 1/2'));
    expect(answered).toEqual({
      contentDigest: expect.any(Function),
      changedFields: expect.any(Function),
      payload: expect.any(Object),
      interactionId: 'int 1/2',
      type: 'voice',
      status: 'closed',
      createdTime: '2026-02-01T08:00:00.000Z',
      updatedTime: '2026-02-01T09:00:00.123Z',
      endedTime: '2026-02-01T08:01:30.000Z',
      participants: [{ id: '17', type: 'agent', address: null, state: 'left' }],
      media: [
        {
          mediaId: 'm1',
          type: 'recording',
          durationMs: 90_000,
          format: 'wav',
          url: 'https://cdn.example.test/m1.wav?X-Amz-Signature=abc&Expires=1',
          playbackUrl: 'https://cdn.example.test/m1.wav',
          createdTime: '2026-02-01T08:00:00.000Z',
        },
      ],
      fetchedAt: Date.parse(date),
    });
    expect(JSON.stringify(answered.payload)).not.toContain('Signature');
    expect(answered.contentDigest([])).toMatch(/^v1:[0-9a-f]{64}$/);
    expect(answered.contentDigest([{ mediaId: 'm1', code: 'denied' }])).not.toBe(answered.contentDigest([]));
  });

  it('keep the payload as it came but for the signature', async () => {
    await using tenant = await startTenant();
    tenant.on(`${detailPath}int%201%2F2`, answer(camel));
    const { payload } = given(await (await tenant.open()).fetch('int 1/2'));
    const [medium] = camel.media;
    expect(payload).toEqual({
      ...camel,
      media: [{ ...medium, playbackUrl: 'https://cdn.example.test/m1.wav' }],
    });
  });

  it('live with next to nothing, and with hostile names', async () => {
    await using tenant = await startTenant();
    tenant.on(`${detailPath}9007199254740993`, (_, response) => {
      response.sendDate = false;
      response.end(
        '{"id":9007199254740993,"__proto__":{"polluted":1},"constructor":"x","n":1e999,"s":"\\ud800"}',
      );
    });
    const found = given(await (await tenant.open()).fetch('9007199254740993'));
    expect(found).toMatchObject({
      updatedTime: undefined,
      endedTime: undefined,
      media: [],
      participants: [],
    });
    expect(found.payload).toEqual({ id: '9007199254740993', constructor: 'x', n: '1e999', s: '\ud800' });
    expect(Object.hasOwn(found.payload, '__proto__')).toBe(false);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(found.contentDigest([])).toMatch(/^v1:/);
    expect(found.fetchedAt).toBe(tenant.clock.now());
  });

  it('give each medium an id of its own', async () => {
    await using tenant = await startTenant();
    tenant.on(`${detailPath}a`, answer({ id: 'a', media: [{ id: 'm' }, { id: 'm' }, { id: 'n' }] }));
    const { media } = given(await (await tenant.open()).fetch('a'));
    expect(media.map(({ mediaId }) => mediaId)).toEqual(['m', 'm#2', 'n']);
  });

  it.each([
    [403, 'denied', true],
    [404, 'not-found', true],
    [410, 'gone', true],
    [409, 'refused', false],
    [302, 'refused', false],
  ])('answered by %d are unavailable at once: %s', async (status, reason, permanent) => {
    await using tenant = await startTenant();
    tenant.on(`${detailPath}a`, answer({ message: 'free text' }, status, { 'x-correlation-id': 'r-7' }));
    expect(await (await tenant.open()).fetch('a')).toEqual({
      unavailable: { reason, status, requestId: 'r-7', permanent },
    });
    expect(tenant.seen(detailPath)).toHaveLength(1);
  });

  it.each<[string, object, Answerer]>([
    ['server errors', { reason: 'server-error', status: 500 }, answer({}, 500)],
    [
      'HTML',
      { reason: 'invalid-response', status: 200 },
      (_, response) => {
        html(response);
      },
    ],
    [
      'a cut body',
      { reason: 'network', status: 200 },
      (_, response) => {
        cut(response);
      },
    ],
    [
      'resets',
      { reason: 'network' },
      (_, response) => {
        reset(response);
      },
    ],
    ["another interaction's details", { reason: 'invalid-response', status: 200 }, answer({ id: 'b' })],
    ['a medium without id', { reason: 'invalid-response', status: 200 }, answer({ id: 'a', media: [{}] })],
    [
      'an empty answer',
      { reason: 'invalid-response', status: 204 },
      (_, response) => {
        response.writeHead(204).end();
      },
    ],
  ])('that stay broken by %s are unavailable after three retries, for now', async (_, failure, bad) => {
    await using tenant = await startTenant();
    tenant.on(`${detailPath}a`, bad);
    const source = await tenant.open();
    expect(await source.fetch('a')).toEqual({ unavailable: { ...failure, permanent: false } });
    expect(tenant.seen(detailPath)).toHaveLength(4);
    expect(source.callCounts()['detail']).toEqual({ count: 4, throttled: 0, retried: 3 });
  });

  it('throttled for half an hour are unavailable, and the run goes on', async () => {
    await using tenant = await startTenant();
    tenant.on(`${detailPath}a`, (request, response) => {
      tenant.clock.advance(120_000);
      answer({}, 429)(request, response);
    });
    expect(await (await tenant.open()).fetch('a')).toEqual({
      unavailable: { reason: 'throttled', status: 429, permanent: false },
    });
    expect(tenant.seen(detailPath).length).toBeGreaterThan(12);
  });

  it('that give 503 while others get through use up their retries', async () => {
    await using tenant = await startTenant();
    tenant.on(`${detailPath}good`, answer({ id: 'good' }));
    const source = await tenant.open();
    tenant.on(`${detailPath}bad`, (_, response) => {
      void source.fetch('good').then(() => response.writeHead(503).end());
    });
    expect(await source.fetch('bad')).toMatchObject({ unavailable: { reason: 'server-error', status: 503 } });
    expect(tenant.seen(`${detailPath}bad`)).toHaveLength(4);
  });

  it('that give 503 while there are no others are given up after half a minute, the list is not', async () => {
    await using tenant = await startTenant();
    const slow: Answerer = (request, response) => {
      tenant.clock.advance(9_000);
      answer({}, 503, { 'retry-after': '9', 'x-request-id': 'r-503' })(request, response);
    };
    tenant.on(`${detailPath}a`, slow);
    const source = await tenant.open();
    expect(await source.fetch('a')).toMatchObject({ unavailable: { status: 503, requestId: 'r-503' } });
    expect(tenant.seen(`${detailPath}a`)).toHaveLength(4);
    tenant.on(queryPath, slow, slow, slow, slow, slow, slow, answer({ data: [], pagination: {} }));
    const pages = source.list({ lane: 'update', from: '', to: '' })[Symbol.asyncIterator]();
    expect(await pages.next()).toEqual({ done: true, value: undefined });
  });

  it('that fail for good leave their request id in the log', async () => {
    await using tenant = await startTenant();
    tenant.on(`${detailPath}a`, answer({}, 403, { 'x-amzn-requestid': 'r-403' }));
    await (await tenant.open()).fetch('a');
    const line = {
      family: 'detail',
      reason: 'denied',
      status: 403,
      requestId: 'r-403',
      networkCode: undefined,
    };
    expect(tenant.logged).toEqual([['info', 'request.failed', line]]);
  });

  it('may have null where an element of a list belongs', async () => {
    await using tenant = await startTenant();
    tenant.on(
      `${detailPath}a`,
      answer({ id: 'a', participants: [null, { id: 7 }], media: [null, { id: 'm' }] }),
    );
    const fetched = await (await tenant.open()).fetch('a');
    expect(fetched).toMatchObject({ participants: [{ id: '7' }], media: [{ mediaId: 'm' }] });
  });

  it.each(['', '.', '..', '\ud800'])('of the impossible id %j are not asked for', async (id) => {
    await using tenant = await startTenant();
    expect(await (await tenant.open()).fetch(id)).toEqual({
      unavailable: { reason: 'refused', permanent: false },
    });
    expect(tenant.server.seen).toEqual([]);
  });

  it('refuse a body beyond all measure', async () => {
    await using tenant = await startTenant();
    const megabyte = Buffer.alloc(1_048_576, 0x20);
    let sent = 0;
    tenant.on(
      `${detailPath}a`,
      (_, response) => {
        const more = (): void => {
          while (sent < 200 && !response.destroyed) {
            sent += 1;
            if (!response.write(megabyte)) return void response.once('drain', more);
          }
        };
        more();
      },
      answer({ id: 'a' }),
    );
    expect(await (await tenant.open()).fetch('a')).toMatchObject({ interactionId: 'a' });
    expect(sent).toBeLessThan(100);
  });
});
