import { inspect } from 'node:util';

import { afterEach, describe, expect, it } from '@jest/globals';
import { errorOf, inParts, randomBody } from '@cxvault/storage-testkit';

import { against, answering, failing, hang, impatient, lose, reset, saying } from './against.ts';
import type { Against } from './against.ts';
import type { Misbehaviour } from './small-gcs.ts';

let open: Against | undefined;

afterEach(() => open?.stop());

async function at(...options: Parameters<typeof against>): Promise<Against> {
  open = await against(...options);
  return open;
}

const misbehaving = (misbehave: Misbehaviour, ...rest: [tuning?: Parameters<typeof against>[1]]) =>
  at({ misbehave }, ...rest);

describe('a server that fails', () => {
  it.each([
    ['a reset connection', reset, 'transient'],
    ['500', saying(500, 'internalError'), 'transient'],
    ['502 in HTML', answering(502, '<html><body>Bad gateway</body></html>'), 'transient'],
    ['503', saying(503, 'backendError'), 'throttled'],
    ['429', saying(429, 'rateLimitExceeded'), 'throttled'],
    ['403 for going too fast', saying(403, 'userRateLimitExceeded'), 'throttled'],
    ['403', saying(403, 'forbidden'), 'denied'],
    ['401', saying(401, 'authError'), 'denied'],
    ['412 to a creation', saying(412, 'conditionNotMet'), 'exists'],
    ['409', saying(409, 'conflict'), 'transient'],
    ['a yes that is no JSON', answering(200, '<html>welcome</html>'), 'transient'],
    ['a yes that says nothing', answering(200, '{}'), 'transient'],
    ['400', saying(400, 'invalid'), 'permanent'],
  ] satisfies [string, Misbehaviour, string][])('is told by its kind: %s', async (_name, fail, kind) => {
    const { store, server } = await misbehaving(failing('Insert', fail));
    const error = await errorOf(() => store.put('runs/1', randomBody(10), { ifAbsent: true }));
    expect(store.classify(error)).toBe(kind);
    // Trying again is the business of the store above.
    expect(server.count('Insert')).toBe(1);
  });

  it.each(['GetBucket', 'Stat'] as const)('is given up when it does not answer: %s', async (kind) => {
    const { store } = await misbehaving(failing(kind, hang), impatient);
    expect(store.classify(await errorOf(() => store.stat('data/object')))).toBe('transient');
  });

  it('is unreachable', async () => {
    const { store, server } = await at();
    await server.stop();
    const error = await errorOf(() => store.stat('data/object'));
    await server.start();
    expect(store.classify(error)).toBe('transient');
    expect(String(error)).toMatch(/^GcsError: 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
  });

  it('lists in another order, and is refused', async () => {
    const item = (name: string) => ({
      name: `prefix/${name}`,
      size: '1',
      timeCreated: '2026-11-24T00:00:00Z',
    });
    const page = JSON.stringify({ items: [item('a'), item('c'), item('b')] });
    const { store } = await misbehaving(failing('List', answering(200, page)));
    const error = await errorOf(() => Array.fromAsync(store.list('')));
    expect(error).toMatchObject({ code: 'STORE_REFUSED', context: { key: 'b', after: 'c' } });
  });
});

describe('a body that does not come whole', () => {
  const size = 1_000_000;

  function sending(bytes: number, then: (response: Parameters<Misbehaviour>[1]) => void): Misbehaviour {
    return failing('Get', (_, response) => {
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
      const { store } = await misbehaving(sending(size / 2, then), impatient);
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
    const { store } = await misbehaving(sending(1000, (response) => response.end()));
    const error = await errorOf(() => store.get('data/object', { range: { offset: 5, length: 10 } }));
    expect(error).toMatchObject({ code: 'STORE_REFUSED' });
  });

  it('is given as it is stored, also when it is called compressed', async () => {
    const { store, server } = await misbehaving(
      failing(
        'Get',
        answering(200, 'no gzip at all', { 'content-encoding': 'gzip', 'content-length': '14' }),
      ),
    );
    const chunks = await Array.fromAsync(await store.get('data/object'));
    expect(Buffer.concat(chunks).toString()).toBe('no gzip at all');
    expect(server.received.at(-1)?.headers['accept-encoding']).toBe('gzip');
  });
});

describe('an address of an upload', () => {
  it('is in no error: it is all that is needed to write', async () => {
    const { store, server } = await misbehaving(failing('Send', reset));
    const error = await errorOf(() => store.put('data/object', inParts(randomBody(6_000_000))));
    const address = /upload_id=[\w-]+/.exec(
      server.received.find(({ kind }) => kind === 'Send')?.url.href ?? '',
    );
    expect(address).not.toBeNull();
    expect(inspect(error, { depth: 4, showHidden: true })).not.toContain('upload_id');
    expect(store.classify(error)).toBe('transient');
  });
});

describe('a lost answer', () => {
  it('to a write in one piece is the business of the store above', async () => {
    const { store, server } = await misbehaving(failing('Insert', lose));
    expect(store.classify(await errorOf(() => store.put('runs/1', randomBody(10))))).toBe('transient');
    expect(server.count('Insert')).toBe(1);
  });
});
