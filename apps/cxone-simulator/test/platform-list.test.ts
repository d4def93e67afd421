import { describe, expect, it } from '@jest/globals';
import { stoppedClock } from './simulators.ts';
import { hour, openPlatform, plain, readIds, start, window } from './platform-visitor.ts';
import type { Page } from './platform-visitor.ts';
import { ask } from './visitor.ts';

const day = 24 * hour;
const login = { tokenSeconds: 10_000_000 };

/** A tenant whose clock stands still, of so many contacts over a day. */
function tenant(interactions: number, platform: object = {}, more: object = {}) {
  const clock = stoppedClock(start);
  const population = { interactions, spanMs: day, newestAgeMs: hour };
  return openPlatform({
    now: clock.now,
    login,
    population,
    platform: { ...plain, ...platform },
    ...more,
  }).then((opened) => ({ ...opened, clock }));
}

describe('contacts/completed', () => {
  it('gives all rows over pages that follow _links.next, and their number', async () => {
    const { visitor } = await tenant(25);
    const all = { ...window(start - 2 * day, start), top: '10' };
    const first = readIds((await visitor.askList(all)).text) as Page;
    expect([first.totalRecords, first.completedContacts.length]).toEqual([25, 10]);
    expect(first._links.next).toContain(`${visitor.url}/incontactapi/services/v30.0/contacts/completed?`);
    expect(new URL(first._links.next).searchParams.get('skip')).toBe('10');
    expect(first.lastPollTime).toBe(new Date(start).toISOString());
    const rows = await visitor.list(all);
    expect(new Set(rows.map(({ contactId }) => contactId)).size).toBe(25);
    const starts = rows.map(({ contactStartDate }) => contactStartDate);
    expect(starts).toEqual([...starts].sort());
    const backwards = await visitor.list({ ...all, orderBy: 'contactStartDate desc' });
    expect(backwards.map(({ contactStartDate }) => contactStartDate)).toEqual(starts.toReversed());
  });

  it('includes both ends, and answers 204 without a body when there is nothing', async () => {
    const { visitor } = await tenant(3);
    const [row] = await visitor.list(window(start - 2 * day, start));
    const at = Date.parse(row?.contactStartDate ?? '');
    expect(await visitor.list(window(at, at))).toHaveLength(1);
    expect(await visitor.list(window(at - 10, at))).toHaveLength(1);
    expect(await visitor.list(window(at, at + 10))).toHaveLength(1);
    const none = await visitor.askList(window(at + 1, at + 2));
    expect([none.status, none.text]).toEqual([204, '']);
    expect((await visitor.askList({ ...window(start - 2 * day, start), skip: '3' })).status).toBe(204);
  });

  it('refuses long ranges, other ways to write UTC, old polls and nonsense', async () => {
    const { visitor } = await tenant(1, { list: { visibleAfterMs: 0, maxRangeMs: hour } });
    const good = window(start - hour, start);
    const statuses = [];
    for (const query of [
      good,
      window(start - hour - 1, start),
      { ...good, endDate: '2026-06-01T12:00:00.000+00:00' },
      { startDate: good.startDate },
      {},
      { updatedSince: new Date(start - 30 * day).toISOString() },
      { updatedSince: new Date(start - 30 * day - 1).toISOString() },
      { ...good, orderBy: 'skillId asc' },
      { ...good, top: '0' },
    ]) {
      statuses.push((await visitor.askList(query as Record<string, string>)).status);
    }
    expect(statuses).toEqual([204, 400, 400, 400, 400, 200, 400, 400, 400]);
  });

  it('reaches back no further than 30 days also when it clamps', async () => {
    const { visitor } = await tenant(2, { list: { visibleAfterMs: 0, oldUpdatedSince: 'clamp' } });
    expect(await visitor.list({ updatedSince: new Date(start - 90 * day).toISOString() })).toHaveLength(2);
    await visitor.control('POST', '/__clock', { advanceMs: 40 * day });
    expect((await visitor.askList({ updatedSince: new Date(start - 90 * day).toISOString() })).status).toBe(
      204,
    );
  });

  it('needs Accept: application/json, and the path in any case', async () => {
    const { visitor } = await tenant(1);
    const query = new URLSearchParams(window(start - 2 * day, start)).toString();
    const url = `${visitor.url}/inContactAPI/Services/V27.0/Contacts/Completed?${query}`;
    const authorization = `Bearer ${visitor.token}`;
    const refused = await ask(url, { headers: { authorization, accept: '*/*' } });
    expect([refused.status, refused.text]).toEqual([406, 'No known way to render data']);
    expect((await ask(url, { headers: { authorization, accept: 'application/json' } })).status).toBe(200);
    const unknown = await visitor.ask(`/incontactapi/services/v34.0/contacts/completed?${query}`);
    expect(unknown.status).toBe(404);
  });

  it('names fields by generation, and gives only those asked for', async () => {
    const { visitor } = await tenant(1);
    const query = new URLSearchParams(window(start - 2 * day, start)).toString();
    const row = async (version: number, more = '') => {
      const path = `/incontactapi/services/v${version}.0/contacts/completed?${query}${more}`;
      return (readIds((await visitor.ask(path)).text) as Page).completedContacts[0];
    };
    expect(await row(25)).toMatchObject({ contactStartDate: expect.anything(), mediaTypeId: 4 });
    const old = await row(24);
    expect(old).toMatchObject({ contactStart: expect.anything(), mediaType: 4, ACWSeconds: 20 });
    expect(old).not.toHaveProperty('contactStartDate');
    expect(Object.keys((await row(30, '&fields=contactID,masterContactID')) ?? {})).toEqual([
      'contactId',
      'masterContactId',
    ]);
    const always = await tenant(1, { list: { visibleAfterMs: 0, fieldNames: 'old' } });
    expect((await always.visitor.list(window(start - 2 * day, start)))[0]).toHaveProperty('fromAddr');
  });

  it('writes ids as numbers that doubles cannot hold', async () => {
    const { visitor } = await tenant(2, {
      contacts: { ...plain.contacts, largeIds: 1, only: { 0: { legs: 3 } } },
    });
    const { text } = await visitor.askList(window(start - 2 * day, start));
    const ids = [...text.matchAll(/"contactId":(\d+)/g)].map(([, digits = '']) => digits);
    expect(new Set(ids).size).toBe(4);
    expect(ids.every((id) => String(Number(id)) !== id)).toBe(true);
    expect(new Set(ids.map(Number)).size).toBeLessThan(4);
  });

  it('shows a row some time after its end, with a lastUpdateTime from before', async () => {
    const { visitor, clock } = await tenant(0, { list: { visibleAfterMs: 10 * 60_000 } });
    await visitor.control('POST', '/__add', {});
    const all = window(start - day, start + day);
    expect(await visitor.list(all)).toHaveLength(0);
    clock.time += 10 * 60_000 - 1;
    expect(await visitor.list(all)).toHaveLength(0);
    clock.time += 1;
    const [row] = await visitor.list(all);
    expect(row?.dateContactWarehoused).toBe(new Date(clock.time).toISOString());
    expect(row?.lastUpdateTime).toBe(new Date(start).toISOString());
    expect(await visitor.list({ updatedSince: new Date(start + 1).toISOString() })).toHaveLength(0);
    const list = { visibleAfterMs: 10 * 60_000, firstUpdate: 'shown' };
    const other = await tenant(1, { list });
    const [shown] = await other.visitor.list(window(start - 2 * day, start));
    expect(shown?.lastUpdateTime).toBe(shown?.dateContactWarehoused);
  });

  it('moves while it is read: rows come between pages, and marks carry rows to the end', async () => {
    const { visitor } = await tenant(20);
    const byStart = { ...window(start - 2 * day, start + day), top: '5', orderBy: 'contactStartDate desc' };
    const rows = await visitor.list(byStart, () => visitor.control('POST', '/__add', {}));
    expect(rows.length).toBeGreaterThan(20);
    expect(new Set(rows.map(({ contactId }) => contactId)).size).toBeLessThan(rows.length);
    const still = await tenant(20);
    const ids: string[] = [];
    const seen = await still.visitor.list(
      { ...window(start - 2 * day, start), top: '5', orderBy: 'lastUpdateTime asc' },
      async () => {
        const id = await still.visitor.idOf(19 - ids.length);
        ids.push(id);
        await still.visitor.mark(id);
      },
    );
    expect(new Set(seen.map(({ contactId }) => contactId)).size).toBeLessThan(20);
  });

  it('lets arrivals and edits happen by themselves', async () => {
    const { visitor, clock } = await tenant(10, {}, { movement: { arrivalsPerHour: 4, editsPerHour: 30 } });
    clock.time += 3 * hour;
    const rows = await visitor.list(window(start - 2 * day, clock.time));
    expect(rows.length).toBeGreaterThanOrEqual(10 + 12);
    const changed = await visitor.list({ updatedSince: new Date(start + 1).toISOString() });
    expect(changed.length).toBeGreaterThan(12);
    expect(rows.some(({ primaryDispositionId }) => primaryDispositionId > 0)).toBe(true);
  });
});

describe('contacts', () => {
  it('have legs in three windows of a day, and last ten hours', async () => {
    const only = { 0: { legs: 3, gapMs: 25 * hour }, 1: { durationMs: 10 * hour } };
    const { visitor } = await tenant(2, { contacts: { ...plain.contacts, only } });
    const rows = await visitor.list(window(start - 10 * day, start));
    const legs = rows.filter(({ masterContactId }) => masterContactId === rows[0]?.masterContactId);
    const days = legs.map(({ contactStartDate }) => Math.floor(Date.parse(contactStartDate) / day));
    expect(new Set(days).size).toBe(3);
    expect(legs[0]?.contactId).toBe(legs[0]?.masterContactId);
    const long = rows.find(({ totalDurationSeconds }) => totalDurationSeconds === 36_000);
    expect(long).toBeDefined();
  });

  it('are of all media types by default', async () => {
    const clock = stoppedClock(start);
    const population = { interactions: 400 };
    const { visitor, simulator } = await openPlatform({ now: clock.now, population });
    const rows = await visitor.list(window(start - 30.9 * day, start));
    expect(new Set(rows.map(({ mediaTypeId }) => mediaTypeId))).toEqual(new Set([1, 3, 4, 5, 6, 7, 8, 9]));
    const truth = [...simulator.truthRows()];
    expect(new Set(truth.map(({ legs }) => legs.length))).toEqual(new Set([1, 2, 3, 4]));
    expect(new Set(truth.map(({ id }) => id.length))).toEqual(new Set([12, 17]));
  });

  it('change late: an edit bumps the row that it falls on, and nothing else', async () => {
    const only = { 0: { edited: true, legs: 2 } };
    const contacts = { ...plain.contacts, only, editedAfterMs: 5 * hour };
    const population = { interactions: 1, spanMs: 0, newestAgeMs: hour };
    const { visitor, clock } = await tenant(1, { contacts }, { population });
    const all = window(start - 3 * day, start);
    const before = await visitor.list(all);
    clock.time += 5 * hour;
    const after = await visitor.list(all);
    expect(before[1]).toMatchObject({ primaryDispositionId: 0 });
    expect(after[0]).toEqual(before[0]);
    expect(after[1]).toMatchObject({ primaryDispositionId: 101, dispositionNotes: 'edit 1' });
    expect(after[1]?.lastUpdateTime).toBe(new Date(start + 4 * hour).toISOString());
  });

  it('are edited, hidden and shown by order', async () => {
    const { visitor, simulator } = await tenant(2, {
      contacts: { ...plain.contacts, only: { 1: { isLogged: false } } },
    });
    const all = window(start - 3 * day, start + hour);
    const [one, two] = [await visitor.idOf(0), await visitor.idOf(1)];
    await visitor.control('POST', '/__edit', { id: one, change: 'media-add' });
    expect(await visitor.list(all)).toHaveLength(3);
    await visitor.control('POST', '/__hide', { id: one });
    expect(await visitor.list(all)).toHaveLength(1);
    expect(simulator.truth()).toMatchObject({ total: 1, hidden: 1 });
    await visitor.control('POST', '/__show', { id: one, touch: true });
    expect(await visitor.list(all)).toHaveLength(3);
    expect((await visitor.askPlayback(two)).status).toBe(404);
    await visitor.control('POST', '/__edit', { id: two, change: 'logged' });
    expect((await visitor.askPlayback(two)).status).toBe(200);
    await visitor.control('POST', '/__edit', { id: two, change: 'media-remove' });
    expect((await visitor.askPlayback(two)).status).toBe(404);
    expect((await visitor.control('POST', '/__edit', { id: '12345' })).status).toBe(400);
    await visitor.control('POST', '/__hide', { id: two, as: 'deleted' });
    expect((await visitor.acd(`/contacts/${two}`)).status).toBe(404);
  });
});
