import { describe, expect, it } from '@jest/globals';
import type { FaultSettings } from '@cxvault/cxone-simulator';
import { open, stoppedClock } from './simulators.ts';
import { ask } from './visitor.ts';
import type { Reply, Visitor } from './visitor.ts';

async function firstId(visitor: Visitor): Promise<string> {
  return (await visitor.page(1)).rows[0]?.id ?? '';
}

/** What comes of one request: its status, or the code of the broken connection. */
async function outcome(reply: Promise<Reply>): Promise<string> {
  return reply.then(
    ({ status }) => String(status),
    (error: unknown) =>
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown',
  );
}

describe('faults that pass', () => {
  it.each<[string, FaultSettings, RegExp]>([
    ['throttle', { throttle: [1] }, /^429$/],
    ['serverError', { serverError: [1] }, /^50[023]$/],
    ['html5xx', { html5xx: [1] }, /^50[023]$/],
    ['html200', { html200: [1] }, /^200$/],
    ['resetBefore', { resetBefore: [1] }, /^ECONNRESET$/],
    ['resetBody', { resetBody: [1] }, /^ECONNRESET$/],
    ['cutBody', { cutBody: [1] }, /^ECONNRESET$/],
  ])('%s hits the requests that are named, and no others', async (kind, faults, expected) => {
    const { visitor, simulator } = await open({ population: { interactions: 3 } });
    const id = await firstId(visitor);
    simulator.configure(faults);
    expect(await outcome(visitor.askDetail(id))).toMatch(expected);
    expect(await outcome(visitor.askDetail(id))).toBe('200');
    expect(simulator.stats().faults).toEqual({ [kind]: 1 });
  });

  it('throttle says when to come back: in seconds, with a date of the tenant, or not', async () => {
    const { visitor, simulator } = await open({
      population: { clockOffsetMs: -86_400_000 },
      now: stoppedClock().now,
    });
    const header = async (retryAfter: 'seconds' | 'date' | 'none') => {
      simulator.configure({ throttle: { rate: 1, retryAfter, seconds: 7 } });
      return (await visitor.askQuery()).headers['retry-after'];
    };
    expect(await header('seconds')).toBe('7');
    expect(await header('date')).toBe('Sun, 31 May 2026 12:00:07 GMT');
    expect(await header('none')).toBeUndefined();
  });

  it('html pages are HTML', async () => {
    const { visitor, simulator } = await open();
    simulator.configure({ html200: { rate: 1, families: ['query'] } });
    const page = await visitor.askQuery();
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.text).toContain('<!DOCTYPE html>');
  });

  it.each(['cutBody', 'resetBody'] as const)('%s sends half of what it promised', async (kind) => {
    const { visitor, simulator } = await open({ population: { interactions: 1 }, media: { bytes: 400_000 } });
    const [medium] = (await visitor.detail(await firstId(visitor))).media;
    simulator.configure({ [kind]: { at: [1], families: ['media'] } });
    const reply = await fetch(medium?.playbackUrl ?? '');
    expect(reply.headers.get('content-length')).toBe('400000');
    const body: AsyncIterable<Uint8Array> | null = reply.body;
    let bytes = 0;
    const read = async () => {
      for await (const piece of body ?? []) bytes += piece.length;
    };
    await expect(read()).rejects.toThrow();
    expect(bytes).toBeLessThanOrEqual(200_000);
    if (kind === 'cutBody') expect(bytes).toBe(200_000); // a reset may overtake the bytes before it
  });

  it('slow answers come late, and right', async () => {
    const { visitor, simulator } = await open();
    simulator.configure({ slow: { rate: 1, milliseconds: 80 } });
    const start = performance.now();
    expect((await visitor.page(5)).rows).toHaveLength(5);
    expect(performance.now() - start).toBeGreaterThan(79);
  });

  it('a hanging answer never comes, and does not keep the simulator from ending', async () => {
    const { visitor, simulator } = await open();
    simulator.configure({ hang: 1 });
    const reply = outcome(visitor.askQuery());
    const first = await Promise.race([reply, new Promise((resolve) => setTimeout(resolve, 50, 'nothing'))]);
    expect(first).toBe('nothing');
    await simulator.close();
    expect(await reply).toBe('ECONNRESET');
  });

  it('expired cursors come by chance, but the first page never', async () => {
    const { visitor, simulator } = await open({ population: { interactions: 30 } });
    const { next } = await visitor.page(10);
    simulator.configure({ expiredCursor: 1 });
    const late = await visitor.askQuery({ pageToken: next });
    expect([late.status, late.json()]).toMatchObject([400, { errorCode: 'PAGE_TOKEN_EXPIRED' }]);
    expect((await visitor.page(10)).rows).toHaveLength(10);
    expect(simulator.stats().faults).toEqual({ expiredCursor: 1 });
  });

  it('come as often as set, the same for the same seed, and stop when switched off', async () => {
    const statuses = async (seed: string) => {
      const { visitor, simulator } = await open({ seed });
      simulator.configure({ serverError: { rate: 0.3, families: ['query'] } });
      const seen = [];
      for (let n = 0; n < 100; n += 1) seen.push((await visitor.askQuery({ pageSize: 1 })).status);
      await visitor.control('POST', '/__faults', {});
      for (let n = 0; n < 20; n += 1) expect((await visitor.askQuery({ pageSize: 1 })).status).toBe(200);
      return seen;
    };
    const one = await statuses('a');
    expect(await statuses('a')).toEqual(one);
    expect(await statuses('b')).not.toEqual(one);
    const failed = one.filter((status) => status !== 200).length;
    expect(failed).toBeGreaterThan(15);
    expect(failed).toBeLessThan(45);
    expect(new Set(one)).toEqual(new Set([200, 500, 502, 503]));
  });

  it('hit one resource at most so often in a row', async () => {
    const { visitor, simulator } = await open();
    const id = await firstId(visitor);
    simulator.configure({ serverError: 1, maxInARow: 3 });
    const seen = [];
    for (let n = 0; n < 8; n += 1) seen.push((await visitor.askDetail(id)).status < 300);
    expect(seen).toEqual([false, false, false, true, false, false, false, true]);
  });

  it('are refused when misspelt, and the old ones stay', async () => {
    const { visitor, simulator } = await open();
    simulator.configure({ serverError: 1 });
    const reply = await visitor.control('POST', '/__faults', { serverEror: 0 });
    expect(reply.status).toBe(400);
    expect((await visitor.askQuery()).status).toBeGreaterThanOrEqual(500);
  });
});

describe('refusals for good', () => {
  it('hit the interactions that are named, at every request, and the truth knows them', async () => {
    const { visitor, simulator } = await open({ population: { interactions: 4 } });
    const [one = '', two = ''] = (await visitor.list(100)).map(({ id }) => id);
    simulator.configure({ denied: [one], missing: [two] });
    for (let n = 0; n < 3; n += 1) {
      expect((await visitor.askDetail(one)).status).toBe(403);
      expect((await visitor.askDetail(two)).status).toBe(404);
      expect((await visitor.askMark(one)).status).toBe(403);
    }
    expect(simulator.truth()).toMatchObject({
      total: 4,
      given: 2,
      denied: 1,
      notFound: 1,
      media: { total: 2 },
    });
  });

  it('hit media by id or share', async () => {
    const { visitor, simulator } = await open({
      population: { interactions: 200 },
      media: { perInteraction: 2 },
    });
    const [first, second] = (await visitor.detail(await firstId(visitor))).media;
    simulator.configure({
      mediaDenied: [first?.id ?? ''],
      mediaMissing: { fraction: 0.1, ids: [second?.id ?? ''] },
    });
    expect((await ask(first?.playbackUrl ?? '')).status).toBe(403);
    expect((await ask(second?.playbackUrl ?? '')).status).toBe(404);
    const { media } = simulator.truth();
    expect(media).toMatchObject({ total: 400, denied: 1, given: 400 - 1 - media.notFound });
    expect(media.notFound).toBeGreaterThan(20);
    expect(media.notFound).toBeLessThan(65);
  });
});

describe('the rate watch', () => {
  it('finds the fullest second across calendar seconds, and can throttle for real', async () => {
    const { visitor, simulator } = await open({ limits: { query: 5 } });
    const statuses = await Promise.all(
      Array.from({ length: 9 }, async () => (await visitor.askQuery()).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
    expect(simulator.stats().maxQueryPerSecond).toBe(9);
    expect(simulator.stats().maxPerSecond).toMatchObject({ query: 9, detail: 0, token: 1 });
    await visitor.control('DELETE', '/__stats');
    expect(simulator.stats().requests.query).toBe(0);
  });
});
