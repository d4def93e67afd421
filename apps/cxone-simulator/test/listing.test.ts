import { describe, expect, it } from '@jest/globals';
import { open, stoppedClock } from './simulators.ts';

const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

describe('the list', () => {
  it('is the same for the same seed, details too, and another for another', async () => {
    const population = { interactions: 40, startTime: '2026-05-01T00:00:00.000Z' };
    const one = await open({ seed: 'a', population, now: stoppedClock(1e12).now });
    const same = await open({ seed: 'a', population, now: stoppedClock(2e12).now });
    const other = await open({ seed: 'b', population });
    const rows = await one.visitor.list(7);
    expect(await same.visitor.list(7)).toEqual(rows);
    expect(ids(await other.visitor.list(7))).not.toEqual(ids(rows));
    const [first = ''] = ids(rows);
    const detail = await one.visitor.detail(first);
    const again = await same.visitor.detail(first);
    const urls = ({ media, ...rest }: typeof detail) => ({
      ...rest,
      media: media.map((medium) => ({ ...medium, playbackUrl: medium.playbackUrl.replace(/:\d+\//, '/') })),
    });
    expect(urls(again)).toEqual(urls(detail));
  });

  it('gives every row once, newest first, over the whole span, when nothing moves', async () => {
    const clock = stoppedClock();
    const spanMs = 86_400_000;
    const { visitor } = await open({
      population: { interactions: 250, spanMs, newestAgeMs: 60_000 },
      now: clock.now,
    });
    const rows = await visitor.list(30);
    expect(new Set(ids(rows)).size).toBe(250);
    const times = rows.map(({ updatedTime }) => Date.parse(updatedTime));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(times[0]).toBeLessThanOrEqual(clock.time - 60_000);
    expect(times.at(-1)).toBeGreaterThanOrEqual(clock.time - 60_000 - spanMs);
    expect(times.at(-1)).toBeLessThan(clock.time - 0.9 * spanMs);
  });

  it('has the same times whenever it is started, if they are set', async () => {
    const options = { population: { interactions: 20, newestTime: '2026-05-01T00:00:00Z' } };
    const one = await open({ ...options, now: stoppedClock(1.8e12).now });
    const later = await open({ ...options, now: stoppedClock(1.9e12).now });
    const rows = await one.visitor.list(100);
    expect(await later.visitor.list(100)).toEqual(rows);
    expect(rows[0]?.updatedTime).toMatch(/^2026-04-(29|30)/);
    expect((await later.visitor.askQuery()).headers.date).toBe(new Date(1.9e12).toUTCString());
  });

  it('ends with its last full page: no cursor leads to an empty one', async () => {
    const { visitor } = await open({ population: { interactions: 20 } });
    const { next } = await visitor.page(10);
    expect((await visitor.page(10, next)).next).toBeUndefined();
  });

  it('skips a row when one above the cursor leaves, and repeats one when one below is marked', async () => {
    const { visitor } = await open({ population: { interactions: 60 } });
    const before = ids(await visitor.list(100));
    let page = 0;
    const skipping = await visitor.list(10, async (rows) => {
      page += 1;
      if (page === 2) await visitor.control('POST', '/__hide', { id: rows[3]?.id });
    });
    expect(before.filter((id) => !ids(skipping).includes(id))).toEqual([before[20]]);

    const now = ids(await visitor.list(100));
    page = 0;
    const repeating = await visitor.list(10, async () => {
      page += 1;
      if (page === 2) expect((await visitor.askMark(now[45] ?? '')).status).toBe(200);
    });
    expect(ids(repeating)[20]).toBe(now[19]);
    expect(ids(repeating)).not.toContain(now[45]);
  });

  it('writes times in the resolution that is set, marks included', async () => {
    const { visitor } = await open({ population: { interactions: 30, timeResolutionMs: 1000 } });
    const [first] = await visitor.list(100);
    await visitor.askMark(first?.id ?? '');
    const rows = await visitor.list(100);
    expect(rows.every(({ updatedTime }) => updatedTime.endsWith('.000Z'))).toBe(true);
  });

  it('lets cursors expire, as set', async () => {
    const clock = stoppedClock();
    const { visitor } = await open({
      population: { interactions: 30 },
      list: { cursorSeconds: 60, expiredCursorStatus: 410 },
      now: clock.now,
    });
    const { next } = await visitor.page(10);
    clock.time += 60_000;
    expect((await visitor.askQuery({ pageToken: next })).status).toBe(200);
    clock.time += 1;
    expect((await visitor.askQuery({ pageToken: next })).status).toBe(410);
    expect((await visitor.askQuery({ pageToken: 'nonsense' })).status).toBe(400);
    expect((await visitor.askQuery({ pageToken: null })).status).toBe(200); // as clients write it who have none yet
  });

  it('refuses what it does not understand, and gives no more rows than allowed', async () => {
    const { visitor } = await open({ population: { interactions: 30 }, list: { maxPageSize: 10 } });
    for (const body of [
      { filter: 'status:open' },
      { orderBy: 'createdTime asc' },
      { pageSize: 0 },
      { type: 'call' },
    ]) {
      expect((await visitor.askQuery(body)).status).toBe(400);
    }
    expect((await visitor.page(100)).rows).toHaveLength(10);
  });

  it('is empty without interactions', async () => {
    const { visitor, simulator } = await open({ population: { interactions: 0 } });
    expect(await visitor.page(10)).toEqual({ rows: [], next: undefined });
    expect(simulator.truth().total).toBe(0);
  });

  it('spells its fields as set', async () => {
    const names = async (spelling: 'snake' | 'mixed') => {
      const { visitor } = await open({ spelling, population: { interactions: 60 } });
      const page = await visitor.askQuery({ page_size: 50, order_by: 'updated_time desc' });
      return { rows: (page.text.match(/updated_?[tT]ime/g) ?? []).sort(), whole: page.text };
    };
    const snake = await names('snake');
    expect(new Set(snake.rows)).toEqual(new Set(['updated_time']));
    expect(snake.whole).toContain('"next_page"');
    expect(snake.rows).toHaveLength(50);
    expect(new Set((await names('mixed')).rows)).toEqual(new Set(['updatedTime', 'updated_time']));
  });
});

describe('marking', () => {
  it('sets the field, moves the row to the top, and shows in the detail', async () => {
    const { visitor, simulator } = await open({ population: { interactions: 30 } });
    const id = (await visitor.list(100))[12]?.id ?? '';
    expect((await visitor.askMark(id)).status).toBe(200);
    const [top] = await visitor.list(100);
    const detail = await visitor.detail(id);
    expect(top).toMatchObject({ id, updatedTime: detail.updatedTime });
    expect(detail.customFields).toEqual([{ fieldId: 'archival_status', value: 'archived' }]);
    expect(simulator.truth().marked).toBe(1);
  });

  it('refuses unknown fields, locked interactions and unknown ones', async () => {
    const { visitor, simulator } = await open({ population: { interactions: 5 }, markerFields: ['a', 'b'] });
    const [one, two] = ids(await visitor.list(100));
    simulator.configure({ locked: [two ?? ''] });
    expect((await visitor.askMark(one ?? '', 'x', 'c')).status).toBe(400);
    expect((await visitor.askMark(two ?? '', 'x', 'a')).status).toBe(403);
    expect((await visitor.askMark('no-such-id', 'x', 'a')).status).toBe(404);
    expect((await visitor.askMark(one ?? '', 'x', 'b')).status).toBe(200);
    expect(simulator.truth()).toMatchObject({ marked: 0, locked: 1 });
  });
});
