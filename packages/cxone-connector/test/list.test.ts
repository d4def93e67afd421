import type { InteractionPage, InteractionSource } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import { cut, html, json, reset } from './scripted-server.ts';
import type { Answerer } from './scripted-server.ts';
import { answer, queryPath, startTenant } from './tenant.ts';

const window = { lane: 'update', from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' } as const;

async function all(source: InteractionSource): Promise<string[][]> {
  const pages: InteractionPage[] = [];
  for await (const page of source.list(window)) pages.push(page);
  return pages.map(({ rows }) => rows.map(({ interactionId }) => interactionId));
}

const row = (id: unknown, updatedTime = '2026-01-02T03:04:05Z'): object => ({
  id,
  status: 'closed',
  updatedTime,
});

describe('list', () => {
  it('asks exactly as the API wants, follows the cursor and reads both spellings', async () => {
    await using tenant = await startTenant();
    tenant.on(
      queryPath,
      answer({ data: [row('a')], pagination: { nextPage: 'c1' } }),
      answer({
        data: [{ id: 'b', status: 'CLOSED', updated_time: '2026-01-02 03:04:05.5' }],
        pagination: { next_page: 2 },
      }),
      answer({ data: [{ id: 'c' }], pagination: { next_page_token: 'c3' } }),
      answer({ data: [{ id: 'd', updatedTime: 'once upon a time' }], pagination: { nextPage: '' } }),
    );
    const pages: InteractionPage[] = [];
    for await (const page of (await tenant.open()).list(window)) pages.push(page);
    expect(pages.map(({ rows }) => rows)).toEqual([
      [{ interactionId: 'a', updatedTime: '2026-01-02T03:04:05.000Z' }],
      [{ interactionId: 'b', updatedTime: '2026-01-02T03:04:05.500Z' }],
      [{ interactionId: 'c', updatedTime: undefined }],
      [{ interactionId: 'd', updatedTime: undefined }],
    ]);
    const first = {
      type: 'interaction',
      filter: 'status:closed',
      orderBy: 'updatedTime desc',
      pageSize: 100,
    };
    const bodies = tenant.seen(queryPath).map(({ body }): unknown => JSON.parse(body));
    expect(bodies).toEqual([
      first,
      { ...first, pageToken: 'c1' },
      { ...first, pageToken: '2' },
      { ...first, pageToken: 'c3' },
    ]);
    expect(tenant.seen(queryPath).every(({ method }) => method === 'POST')).toBe(true);
    expect(tenant.slots.map(({ family }) => family)).toEqual(['query', 'query', 'query', 'query']);
  });

  it('keeps 64-bit ids exact', async () => {
    await using tenant = await startTenant();
    tenant.on(queryPath, (_, response) => {
      response.end('{"data":[{"id":9007199254740993},{"id":123}]}');
    });
    expect(await all(await tenant.open())).toEqual([['9007199254740993', '123']]);
  });

  it('passes on closed rows only, and no page without rows', async () => {
    await using tenant = await startTenant();
    tenant.on(
      queryPath,
      answer({ data: [], pagination: { nextPage: '1' } }),
      answer({ data: [{ ...row('open'), status: 'open' }], pagination: { nextPage: '2' } }),
      answer({ data: [{ ...row('b'), status: 'active' }, row('a')] }),
    );
    expect(await all(await tenant.open())).toEqual([['a']]);
  });

  it.each(['..', '.', 'x'.repeat(1025)])('passes on the id %.4s, for it to fail by its name', async (id) => {
    await using tenant = await startTenant();
    tenant.on(queryPath, answer({ data: [row('a'), row(id)] }));
    expect(await all(await tenant.open())).toEqual([['a', id]]);
  });

  it('takes null for no rows', async () => {
    await using tenant = await startTenant();
    tenant.on(queryPath, answer({ data: null, pagination: { nextPage: null } }));
    expect(await all(await tenant.open())).toEqual([]);
  });

  it.each<[string, Answerer]>([
    ['a row without id', answer({ data: [row('a'), { status: 'closed' }] })],
    ['an id that is none', answer({ data: [row('\ud800')] })],
    ['no rows at all', answer({ pagination: {} })],
    ['null for a whole page', answer({ data: null, errors: [] })],
    ['a cursor of an unknown kind', answer({ data: [row('a')], pagination: { nextPage: { at: 3 } } })],
    [
      'HTML',
      (_, response) => {
        html(response);
      },
    ],
    [
      'JSON that breaks off',
      (_, response) => {
        response.end('{"data":[');
      },
    ],
    [
      'hostile nesting',
      (_, response) => {
        response.end('['.repeat(1_000_000));
      },
    ],
  ])('does not trust %s', async (_, bad) => {
    await using tenant = await startTenant();
    tenant.on(queryPath, bad);
    await expect(all(await tenant.open())).rejects.toMatchObject({
      code: 'SOURCE_RESPONSE_INVALID',
      context: { status: 200 },
    });
    expect(tenant.seen(queryPath)).toHaveLength(4);
  });

  it('gets over errors of every passing kind', async () => {
    await using tenant = await startTenant();
    const good = answer({ data: [row('a')] });
    const faults: Answerer[] = [
      (_, response) => {
        reset(response);
      },
      (_, response) => {
        cut(response);
      },
      (_, response) => {
        html(response, 502);
      },
    ];
    tenant.on(queryPath, ...faults, good);
    const source = await tenant.open();
    expect(await all(source)).toEqual([['a']]);
    expect(source.callCounts()['query']).toEqual({ count: 4, throttled: 0, retried: 3 });
    expect(tenant.slots.map(({ ended }) => (ended === 'nothing' ? ended : ended?.status))).toEqual([
      'nothing',
      200,
      502,
      200,
    ]);
    expect(tenant.clock.slept).toEqual([250, 500, 1000]);
  });

  it('gives up after three retries', async () => {
    await using tenant = await startTenant();
    tenant.on(queryPath, answer({}, 500, { 'x-amzn-requestid': 'r-1' }));
    await expect(all(await tenant.open())).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      context: { status: 500, requestId: 'r-1' },
    });
    expect(tenant.seen(queryPath)).toHaveLength(4);
  });

  it('leaves throttling to the budget: no retry is used up, and the budget hears all it needs', async () => {
    await using tenant = await startTenant();
    const date = new Date(tenant.clock.now()).toUTCString();
    const slow = answer({}, 429, { 'retry-after': '2', date });
    const dated = answer({}, 503, { 'retry-after': date, date });
    tenant.on(queryPath, slow, slow, slow, slow, slow, slow, dated, dated, answer({ data: [row('a')] }));
    const source = await tenant.open();
    expect(await all(source)).toEqual([['a']]);
    expect(tenant.slots[0]?.ended).toEqual({ status: 429, retryAfter: '2', date });
    expect(tenant.slots[6]?.ended).toEqual({ status: 503, retryAfter: date, date });
    expect(source.callCounts()['query']).toEqual({ count: 9, throttled: 8, retried: 8 });
    expect(Math.max(...tenant.clock.slept)).toBeLessThanOrEqual(500);
  });

  it.each([400, 404, 410])('calls a cursor expired that is answered by %d', async (status) => {
    await using tenant = await startTenant();
    tenant.on(queryPath, answer({ data: [row('a')], pagination: { nextPage: 'old' } }), answer({}, status));
    await expect(all(await tenant.open())).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      context: { cursor: 'expired', status },
    });
    expect(tenant.seen(queryPath)).toHaveLength(2);
  });

  it.each([
    [400, 'SOURCE_REFUSED'],
    [401, 'LOGIN_REFUSED'],
    [403, 'SCOPE_MISSING'],
  ])('does not take %d on the first page for an expired cursor', async (status, code) => {
    await using tenant = await startTenant();
    tenant.on(queryPath, answer({}, status));
    const error: unknown = await all(await tenant.open()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, context: { status } });
    expect(error).not.toMatchObject({ context: { cursor: 'expired' } });
  });

  it('ends with an error when the cursor comes round again', async () => {
    await using tenant = await startTenant();
    tenant.on(queryPath, (request, response) => {
      const next = request.body.includes('"pageToken":"x"') ? 'y' : 'x';
      json(response, { data: [row('a')], pagination: { nextPage: next } });
    });
    await expect(all(await tenant.open())).rejects.toMatchObject({
      code: 'SOURCE_RESPONSE_INVALID',
      context: { cursor: 'repeated' },
    });
    expect(tenant.seen(queryPath).length).toBeLessThan(5);
  });

  it('asks for one page ahead and no more, and stops when the caller does', async () => {
    await using tenant = await startTenant();
    let next = 0;
    tenant.on(queryPath, (_, response) => {
      next += 1;
      json(response, { data: [row(`i${next}`)], pagination: { nextPage: `c${next}` } });
    });
    const pages = (await tenant.open()).list(window)[Symbol.asyncIterator]();
    await pages.next();
    while (tenant.seen(queryPath).length < 2) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(tenant.seen(queryPath)).toHaveLength(2);
    await pages.return?.();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(tenant.seen(queryPath)).toHaveLength(2);
  });

  it('gives up the page ahead when the caller stops', async () => {
    await using tenant = await startTenant();
    const closed = Promise.withResolvers<string>();
    tenant.on(queryPath, answer({ data: [row('a')], pagination: { nextPage: '1' } }), (_, response) => {
      response.on('close', () => {
        closed.resolve('closed by the caller');
      });
    });
    const source = await tenant.open({}, {}, { limits: { headersMs: 60_000, idleMs: 60_000 } });
    for await (const page of source.list(window)) {
      expect(page.rows).toHaveLength(1);
      while (tenant.seen(queryPath).length < 2) await new Promise((resolve) => setImmediate(resolve));
      break;
    }
    expect(await closed.promise).toBe('closed by the caller');
  });

  it('does not break the process when the page ahead fails after the caller has stopped', async () => {
    await using tenant = await startTenant();
    tenant.on(queryPath, answer({ data: [row('a')], pagination: { nextPage: '1' } }), answer({}, 400));
    const source = await tenant.open();
    for await (const page of source.list(window)) {
      expect(page.rows).toHaveLength(1);
      while (tenant.seen(queryPath).length < 2) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setTimeout(resolve, 30));
      break;
    }
  });

  it('ends at an abort, with its reason', async () => {
    await using tenant = await startTenant();
    tenant.on(queryPath, () => undefined); // never answers
    const stop = new AbortController();
    const pages = (await tenant.open()).list(window, { signal: stop.signal })[Symbol.asyncIterator]();
    const first = pages.next();
    while (tenant.seen(queryPath).length === 0) await new Promise((resolve) => setImmediate(resolve));
    const reason = new Error('interrupted');
    stop.abort(reason);
    await expect(first).rejects.toBe(reason);
  });

  it('takes a silent server for a network failure', async () => {
    await using tenant = await startTenant();
    tenant.on(
      queryPath,
      () => undefined,
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"data":');
      },
    );
    const source = await tenant.open({}, {}, { limits: { headersMs: 60, idleMs: 60 } });
    await expect(all(source)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      context: { reason: 'network' },
    });
    expect(tenant.seen(queryPath)).toHaveLength(4);
  });
});
