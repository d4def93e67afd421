import { describe, expect, it } from '@jest/globals';
import { longLogin as login, open, stoppedClock } from './simulators.ts';

const hour = 3_600_000; // ms
const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

describe('the list that moves by itself', () => {
  it('gets arrivals and edits as time passes, the same for the same seed', async () => {
    const options = {
      population: { interactions: 50 },
      movement: { arrivalsPerHour: 10, editsPerHour: 20 },
    };
    const run = async () => {
      const clock = stoppedClock();
      const { visitor } = await open({ ...options, login, now: clock.now });
      const before = await visitor.list(100);
      clock.time += hour;
      return { before, after: await visitor.list(100), start: clock.time - hour };
    };
    const { before, after, start } = await run();
    expect(after).toHaveLength(60);
    const moved = after.filter(({ updatedTime }) => Date.parse(updatedTime) > start);
    expect(moved.length).toBeGreaterThan(20);
    expect(moved.length).toBeLessThanOrEqual(30);
    expect(ids(after)).toEqual(expect.arrayContaining(ids(before)));
    expect(await run()).toEqual({ before, after, start });
  });

  it('changes the detail with an edit', async () => {
    const clock = stoppedClock();
    const { visitor, simulator } = await open({
      population: { interactions: 1 },
      movement: { editsPerHour: 60 },
      login,
      now: clock.now,
    });
    const [id = ''] = ids(await visitor.list(10));
    const before = await visitor.detail(id);
    clock.time += hour;
    const after = await visitor.detail(id);
    expect(after.wrapUp.note).not.toBe(before.wrapUp.note);
    expect(after.media.length).toBeGreaterThan(before.media.length);
    expect(after.updatedTime).toBe(new Date(clock.time).toISOString());
    expect(simulator.truth().media.total).toBe(after.media.length);
  });

  it('loses rows for a while, and they return at their old time', async () => {
    const clock = stoppedClock();
    const { visitor, simulator } = await open({
      population: { interactions: 50 },
      movement: { leavesPerHour: 10, awayMs: 0.45 * hour },
      login,
      now: clock.now,
    });
    const before = await visitor.list(100);
    clock.time += 0.35 * hour;
    const gone = await visitor.list(100);
    expect(gone).toHaveLength(47);
    expect(simulator.truth()).toMatchObject({ total: 47, hidden: { away: 3 } });
    const [lost = ''] = ids(before).filter((id) => !ids(gone).includes(id));
    expect((await visitor.askDetail(lost)).status).toBe(200);
    clock.time += 0.2 * hour; // the first is back
    const back = await visitor.list(100);
    expect(before.filter((row) => !gone.includes(row) && back.some(({ id }) => id === row.id))).not.toEqual(
      [],
    );
    for (const row of back) expect(before).toContainEqual(row);
  });

  it('shows some rows up to six hours late, old ones and new ones, below newer ones', async () => {
    const clock = stoppedClock();
    const { visitor, simulator } = await open({
      population: { interactions: 240, spanMs: 24 * hour },
      movement: { lateFraction: 0.5, arrivalsPerHour: 20 },
      login,
      now: clock.now,
    });
    const first = await visitor.list(100);
    const { hidden } = simulator.truth();
    expect(first).toHaveLength(240 - hidden.late);
    expect(hidden.late).toBeGreaterThan(5);
    clock.time += hour;
    const second = await visitor.list(100);
    const newest = Date.parse(first[0]?.updatedTime ?? '');
    const late = second.filter((row) => !ids(first).includes(row.id) && Date.parse(row.updatedTime) < newest);
    expect(late.length).toBeGreaterThan(0);
    const times = second.map(({ updatedTime }) => Date.parse(updatedTime));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    const [oldest] = late;
    expect((await visitor.detail(oldest?.id ?? '')).updatedTime).toBe(oldest?.updatedTime);
    clock.time += 6 * hour;
    expect((await visitor.list(100)).length + simulator.truth().hidden.late).toBe(240 + 7 * 20);
    for (const row of simulator.truthRows({ hidden: true })) {
      if (!row.visible) expect(Date.parse(row.updatedTime)).toBeGreaterThan(clock.time - 6 * hour);
    }
  });
});

describe('details that lag', () => {
  it('show less at an older time than their row for as many requests as set, then the truth', async () => {
    const { visitor } = await open({ population: { interactions: 2 }, stale: { fraction: 1, reads: 2 } });
    const [row] = await visitor.list(10);
    const id = row?.id ?? '';
    const seen = [await visitor.detail(id), await visitor.detail(id), await visitor.detail(id)];
    expect(seen.map(({ updatedTime }) => updatedTime === row?.updatedTime)).toEqual([false, false, true]);
    expect(seen.map(({ media }) => media.length)).toEqual([0, 0, 1]);
    await visitor.askMark(id);
    const marked = [await visitor.detail(id), await visitor.detail(id), await visitor.detail(id)];
    expect(marked.map(({ customFields }) => customFields.length)).toEqual([0, 0, 1]);
    expect(marked[0]?.updatedTime).toBe(row?.updatedTime);
  });

  it('are as many as set', async () => {
    const { visitor } = await open({ population: { interactions: 60 }, stale: { fraction: 0.3 } });
    let old = 0;
    for (const row of await visitor.list(100)) {
      if ((await visitor.detail(row.id)).updatedTime !== row.updatedTime) old += 1;
    }
    expect(old).toBeGreaterThan(8);
    expect(old).toBeLessThan(30);
  });
});

describe('scripted events', () => {
  it('add rows: now, with an older time, or visible later', async () => {
    const clock = stoppedClock();
    const { visitor, simulator } = await open({ population: { interactions: 5 }, login, now: clock.now });
    const add = async (body: object) =>
      (await visitor.control('POST', '/__add', body)).text.match(/[0-9a-f-]{36}/g) ?? [];
    const [fresh] = await add({});
    const [old] = await add({ agoMs: 2 * hour });
    const [later] = await add({ visibleInMs: hour });
    expect(await add({ count: 3 })).toHaveLength(3);
    const rows = await visitor.list(100);
    expect(rows).toHaveLength(5 + 1 + 1 + 3);
    expect(rows.find(({ id }) => id === fresh)?.updatedTime).toBe(new Date(clock.time).toISOString());
    expect(rows.find(({ id }) => id === old)?.updatedTime).toBe(
      new Date(clock.time - 2 * hour).toISOString(),
    );
    expect(ids(rows)).not.toContain(later);
    await visitor.control('POST', '/__clock', { advanceMs: hour });
    const after = await visitor.list(100);
    expect(after.find(({ id }) => id === later)?.updatedTime).toBe(new Date(clock.time).toISOString());
    expect(simulator.truth()).toMatchObject({ total: 11, given: 11 });
  });

  it('edit: a note, media, or only the time', async () => {
    const { visitor } = await open({ population: { interactions: 3 }, media: { perInteraction: 2 } });
    const [, { id } = { id: '' }] = await visitor.list(100);
    const edit = async (change: string) => {
      expect((await visitor.control('POST', '/__edit', { id, change })).status).toBe(200);
      expect((await visitor.list(100))[0]?.id).toBe(id);
      return visitor.detail(id);
    };
    const before = await visitor.detail(id);
    expect((await edit('touch')).wrapUp).toEqual(before.wrapUp);
    expect((await edit('note')).wrapUp).not.toEqual(before.wrapUp);
    const names = (detail: typeof before) => detail.media.map((medium) => medium.id);
    const added = await edit('media-add');
    expect(names(added).slice(0, 2)).toEqual(names(before));
    expect(names(await edit('media-remove'))).toEqual(names(added).slice(1));
    const reply = async (n: number) => (await fetch(added.media[n]?.playbackUrl ?? '')).status;
    expect([await reply(0), await reply(1), await reply(2)]).toEqual([404, 200, 200]);
  });

  it('hide and show: away, reopened, deleted', async () => {
    const { visitor, simulator } = await open({ population: { interactions: 5 } });
    const before = await visitor.list(100);
    const [away = '', reopened = '', deleted = ''] = ids(before);
    const [medium] = (await visitor.detail(deleted)).media;
    await visitor.control('POST', '/__hide', { id: away });
    await visitor.control('POST', '/__hide', { id: reopened, as: 'reopened' });
    await visitor.control('POST', '/__hide', { id: deleted, as: 'deleted' });
    expect(ids(await visitor.list(100))).toEqual(ids(before).slice(3));
    expect((await visitor.detail(away)).status).toBe('closed');
    expect((await visitor.detail(reopened)).status).toBe('open');
    expect((await visitor.askDetail(deleted)).status).toBe(404);
    expect((await fetch(medium?.playbackUrl ?? '')).status).toBe(404);
    expect(simulator.truth()).toMatchObject({ total: 2, hidden: { away: 1, reopened: 1, deleted: 1 } });
    for (const id of [away, reopened, deleted]) await visitor.control('POST', '/__show', { id });
    expect(await visitor.list(100)).toEqual(before);
    await visitor.control('POST', '/__hide', { id: deleted });
    await visitor.control('POST', '/__show', { id: deleted, touch: true });
    expect((await visitor.list(100))[0]?.id).toBe(deleted);
  });

  it('are refused when they make no sense', async () => {
    const { visitor } = await open();
    for (const [path, body] of [
      ['/__clock', { advanceMs: -1 }],
      ['/__edit', { id: 'nobody' }],
      ['/__hide', {}],
      ['/__add', { count: 0 }],
    ] as const) {
      expect((await visitor.control('POST', path, body)).status).toBe(400);
    }
    expect((await visitor.control('POST', '/__nothing', {})).status).toBe(404);
  });
});
