import type { InteractionPage, ListWindow } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import { CompletedServer, minutely } from './completed-server.ts';

const january = { lane: 'start', from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' } as const;
const changes = { lane: 'update', from: '2026-02-20T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' } as const;
const hour = 3_600_000;

async function pagesOf(server: CompletedServer, window: ListWindow): Promise<InteractionPage[]> {
  const pages: InteractionPage[] = [];
  for await (const page of server.list().pages(window, undefined)) pages.push(page);
  return pages;
}

async function idsOf(server: CompletedServer, window: ListWindow): Promise<string[]> {
  const pages = await pagesOf(server, window);
  return pages.flatMap(({ rows }) => rows.map(({ interactionId }) => interactionId));
}

function sorted(ids: Iterable<string>): string[] {
  return [...ids].sort();
}

describe('contacts by start', () => {
  it('come whole and exact, with ids of 64 bits, over many pages', async () => {
    await using server = await new CompletedServer().start();
    server.contacts.push(...minutely(2_500, '2026-01-10T00:00:00.000Z'));
    const ids = await idsOf(server, january);
    expect(sorted(new Set(ids))).toEqual(sorted(server.contacts.map(({ id }) => id)));
    expect(server.queries.every((query) => !query.has('skip'))).toBe(true);
    expect(server.queries.every((query) => query.get('startDate')?.endsWith('Z'))).toBe(true);
  });

  it.each(['newest first', 'none'] as const)('follow the links where the order is %s', async (order) => {
    await using server = await new CompletedServer().start();
    server.habits.order = order;
    server.contacts.push(...minutely(2_500, '2026-01-01T00:00:00.000Z'));
    if (order === 'none')
      server.contacts.sort((a, b) => (a.id.at(-1) ?? '').localeCompare(b.id.at(-1) ?? ''));
    const ids = await idsOf(server, january);
    expect(sorted(new Set(ids))).toEqual(sorted(server.contacts.map(({ id }) => id)));
    expect(server.queries.some((query) => query.has('skip'))).toBe(true);
  });

  it('are none lost when rows above leave while the list is read', async () => {
    await using server = await new CompletedServer().start();
    const contacts = minutely(1_400, '2026-01-01T00:00:00.000Z');
    server.contacts.push(...contacts);
    const leaving = contacts.slice(0, 300);
    let pages = 0;
    server.habits.onPage = () => {
      pages += 1;
      if (pages === 2) server.contacts.splice(0, leaving.length);
    };
    const ids = new Set(await idsOf(server, { ...january, to: '2026-01-02T00:00:00.000Z' }));
    expect(contacts.slice(300).filter(({ id }) => !ids.has(id))).toEqual([]);
  });

  it('are asked for in shorter periods when the API refuses long ones', async () => {
    await using server = await new CompletedServer().start();
    server.habits.longest = 6 * hour;
    server.contacts.push(...minutely(200, '2026-01-10T00:00:00.000Z'));
    const ids = await idsOf(server, {
      ...january,
      from: '2026-01-09T00:00:00.000Z',
      to: '2026-01-12T00:00:00.000Z',
    });
    expect(sorted(new Set(ids))).toEqual(sorted(server.contacts.map(({ id }) => id)));
    const refused = server.queries.filter(
      (query) => Date.parse(query.get('endDate') ?? '') - Date.parse(query.get('startDate') ?? '') > 6 * hour,
    );
    expect(refused).toHaveLength(2); // a day, half a day: what was learnt is kept
  });

  it('are an error that names the setting when even a minute is refused', async () => {
    await using server = await new CompletedServer().start();
    server.habits.longest = 1;
    await expect(idsOf(server, january)).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
  });

  it('come in longer periods where nothing happens', async () => {
    await using server = await new CompletedServer().start();
    await idsOf(server, { ...january, from: '2024-02-01T00:00:00.000Z' });
    expect(server.queries.length).toBeLessThan(35);
  });

  it('are one interaction per master, at its first leg in the period and with its newest update', async () => {
    await using server = await new CompletedServer().start();
    const leg = { master: '123456789012', updated: '2026-01-20T00:00:00.000Z' };
    server.contacts.push(
      { ...leg, id: '123456789012', start: '2026-01-10T01:00:00.000Z' },
      { ...leg, id: '123456789013', start: '2026-01-10T09:00:00.000Z', updated: '2026-01-21T00:00:00.000Z' },
    );
    const rows = (await pagesOf(server, january)).flatMap((page) => page.rows);
    expect(rows).toEqual([
      {
        interactionId: '123456789012',
        updatedTime: '2026-01-21T00:00:00.000Z',
        position: '2026-01-10T01:00:00.000Z',
      },
    ]);
    expect(server.rows.legsOf('123456789012')?.rows.map(({ contactId }) => contactId)).toEqual([
      '123456789012',
      '123456789013',
    ]);
  });

  it('leave their time open, and say so, when the API counts more than it lists', async () => {
    await using server = await new CompletedServer().start();
    server.contacts.push(...minutely(3, '2026-01-01T00:00:00.000Z'));
    server.habits.hidden = 1;
    const pages = await pagesOf(server, { ...january, to: '2026-01-01T12:00:00.000Z' });
    expect(pages.map(({ completeTo }) => completeTo)).toContain(january.from);
    expect(server.warnings).toHaveLength(1);
    expect(server.queries).toHaveLength(3);
  });
});

describe('contacts by update', () => {
  it('come with what was updated since, and are complete to the last poll', async () => {
    await using server = await new CompletedServer().start();
    server.habits.lastPollTime = '2026-02-28T22:00:00.000Z';
    const [old, changed] = minutely(2, '2025-06-01T00:00:00.000Z');
    if (!old || !changed) throw new Error('no contacts');
    server.contacts.push(old, { ...changed, updated: '2026-02-21T00:00:00.000Z' });
    const pages = await pagesOf(server, changes);
    expect(pages.flatMap(({ rows }) => rows.map(({ interactionId }) => interactionId))).toEqual([changed.id]);
    expect(pages[0]?.completeTo).toBe('2026-02-28T22:00:00.000Z');
  });

  it('are asked for 29 days back at most', async () => {
    await using server = await new CompletedServer().start();
    await pagesOf(server, { ...changes, from: '2025-01-01T00:00:00.000Z' });
    expect(server.queries[0]?.get('updatedSince')).toBe('2026-01-31T00:00:00.000Z');
  });

  it.each([true, false])(
    'come whole over many pages (startDate counts beside updatedSince: %s)',
    async (combines) => {
      await using server = await new CompletedServer().start();
      server.habits.combines = combines;
      const updated = '2026-02-25T00:00:00.000Z';
      server.contacts.push(
        ...minutely(2_500, '2026-01-01T00:00:00.000Z').map((one) => ({ ...one, updated })),
      );
      const ids = await idsOf(server, changes);
      expect(sorted(new Set(ids))).toEqual(sorted(server.contacts.map(({ id }) => id)));
    },
  );

  it('follow the links when to begin at a start makes a period that is refused', async () => {
    await using server = await new CompletedServer().start();
    server.habits.longest = 24 * hour;
    const updated = '2026-02-25T00:00:00.000Z';
    server.contacts.push(...minutely(2_500, '2026-01-01T00:00:00.000Z').map((one) => ({ ...one, updated })));
    const ids = await idsOf(server, changes);
    expect(sorted(new Set(ids))).toEqual(sorted(server.contacts.map(({ id }) => id)));
  });
});
