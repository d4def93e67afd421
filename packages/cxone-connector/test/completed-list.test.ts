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
    // they come by start, as is asked for: no offset is needed
    server.contacts.push(...minutely(2_500, '2026-01-10T00:00:00.000Z').reverse());
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

  it('are none lost where a list by id begins as if it were by start', async () => {
    await using server = await new CompletedServer().start();
    server.habits.order = 'none';
    const [first, ...others] = minutely(2_500, '2026-01-10T00:00:00.000Z');
    // an early one on the last page
    server.contacts.push(...others, ...(first ? [first] : []));
    expect(await idsOf(server, january)).toContain(first?.id);
    expect(server.warnings).toEqual([]);
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

  it('come whole from an instant at which more than a page of them began', async () => {
    await using server = await new CompletedServer().start();
    const start = '2026-01-10T00:00:00.000Z';
    server.contacts.push(...minutely(2_300, start).map((one) => ({ ...one, start })));
    server.contacts.push(...minutely(300, '2026-01-10T00:01:00.000Z', 1_000_000_000_000n));
    expect(new Set(await idsOf(server, january)).size).toBe(2_600);
  });

  it.each([
    [true, 700],
    [false, 2_500],
  ])('come whole from pages that are shorter than asked for, or name no next one: %s', async (links, n) => {
    await using server = await new CompletedServer().start();
    server.habits.links = links;
    server.habits.mostRows = links ? 100 : Infinity;
    server.habits.order = links ? 'start' : 'newest first';
    server.contacts.push(...minutely(n, '2026-01-10T00:00:00.000Z'));
    expect(new Set(await idsOf(server, january)).size).toBe(n);
  });

  it('are none lost at the joints of periods', async () => {
    await using server = await new CompletedServer().start();
    const joints = [12, 24, 36].map((hours) => Date.parse(january.from) + hours * hour);
    const starts = joints.flatMap((joint) => [joint - 1, joint, joint + 1]);
    server.contacts.push(
      ...minutely(starts.length, january.from).map((one, n) => ({
        ...one,
        start: new Date(starts[n] ?? NaN).toISOString(),
      })),
    );
    server.habits.longest = 12 * hour;
    const ids = await idsOf(server, { ...january, to: '2026-01-02T12:00:00.000Z' });
    // the last one began after the window
    expect(sorted(new Set(ids))).toEqual(sorted(server.contacts.slice(0, -1).map(({ id }) => id)));
  });

  it.each([400, 413, 504])(
    'are asked for in shorter periods when the API refuses long ones: %d',
    async (refusal) => {
      await using server = await new CompletedServer().start();
      server.habits.longest = 6 * hour;
      server.habits.refusal = refusal;
      server.contacts.push(...minutely(200, '2026-01-10T00:00:00.000Z'));
      const ids = await idsOf(server, {
        ...january,
        from: '2026-01-09T00:00:00.000Z',
        to: '2026-01-12T00:00:00.000Z',
      });
      expect(sorted(new Set(ids))).toEqual(sorted(server.contacts.map(({ id }) => id)));
      const refused = server.queries.filter(
        (query) =>
          Date.parse(query.get('endDate') ?? '') - Date.parse(query.get('startDate') ?? '') > 6 * hour,
      );
      const periods = new Set(refused.map((query) => query.get('endDate')));
      expect(periods.size).toBe(2); // a day, half a day: what was learnt is kept
    },
  );

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

  it('come in periods of a day where much happens', async () => {
    await using server = await new CompletedServer().start();
    const often = minutely(1_500, january.from);
    server.contacts.push(
      ...often.map((one, n) => ({
        ...one,
        start: new Date(Date.parse(january.from) + (n * hour) / 12.5).toISOString(),
      })),
    );
    await idsOf(server, { ...january, to: '2026-01-06T00:00:00.000Z' });
    const ends = server.queries.map((query) => query.get('endDate')?.slice(0, 10));
    expect(ends).toEqual(['02', '03', '04', '05', '06'].map((day) => `2026-01-${day}`));
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
    expect(server.warnings).toEqual([
      'CXone counts more contacts that began after 2026-01-01T00:00:00.000Z than it lists: ' +
        'their time stays open for the next run',
    ]);
    const tries = server.queries.filter(
      (query) => query.get('startDate') === january.from && !query.has('skip'),
    );
    expect(tries).toHaveLength(3);
  });

  it('leave open only the time from the first period on that does not add up', async () => {
    await using server = await new CompletedServer().start();
    for (const start of ['2026-01-01T12:00:00.000Z', '2026-01-02T12:00:00.000Z'])
      server.contacts.push(...minutely(1, start, BigInt(Date.parse(start))));
    let pages = 0;
    server.habits.onPage = () => {
      pages += 1;
      server.habits.hidden = pages > 1 ? 1 : 0;
    };
    const given = await pagesOf(server, { ...january, to: '2026-01-03T00:00:00.000Z' });
    const open = given.flatMap(({ completeTo }) => completeTo ?? []);
    expect(open).toEqual(['2026-01-02T00:00:00.000Z']);
  });

  it('forget rows that were listed long ago', async () => {
    await using server = await new CompletedServer().start();
    server.contacts.push(...minutely(1, january.from));
    const [id] = await idsOf(server, january);
    server.contacts.splice(0);
    server.clock.advance(96 * hour);
    await idsOf(server, january);
    expect(server.rows.legsOf(id ?? '')).toBeUndefined();
  });

  it('are counted over all pages', async () => {
    await using server = await new CompletedServer().start();
    server.contacts.push(...minutely(1_400, '2026-01-01T00:00:00.000Z'));
    server.habits.hidden = 1;
    const pages = await pagesOf(server, { ...january, to: '2026-01-02T00:00:00.000Z' });
    expect(pages.map(({ completeTo }) => completeTo)).toContain(january.from);
    // two pages a try: links have told that there are no more
    expect(server.queries).toHaveLength(6);
  });

  it.each(['start', 'newest first'] as const)(
    'come whole where no page counts them or names the next one (order: %s)',
    async (order) => {
      await using server = await new CompletedServer().start();
      Object.assign(server.habits, { order, links: false, counts: false });
      server.contacts.push(...minutely(2_500, '2026-01-10T00:00:00.000Z'));
      expect(new Set(await idsOf(server, january)).size).toBe(2_500);
    },
  );

  it('count though only one of the tries shows them', async () => {
    await using server = await new CompletedServer().start();
    const [first, second] = minutely(2, '2026-01-01T00:00:00.000Z');
    if (!first || !second) throw new Error('no contacts');
    server.habits.hidden = 1;
    let page = 0;
    server.habits.onPage = () => {
      page += 1;
      server.contacts.splice(0, 2, page === 1 ? first : second);
    };
    server.contacts.push(first);
    const ids = await idsOf(server, { ...january, to: '2026-01-01T12:00:00.000Z' });
    expect(sorted(ids)).toEqual(sorted([first.id, second.id]));
    expect(server.warnings).toEqual([]);
  });

  it('are complete when asking again makes up for a page that was not', async () => {
    await using server = await new CompletedServer().start();
    server.contacts.push(...minutely(3, '2026-01-01T00:00:00.000Z'));
    server.habits.hidden = 1;
    let pages = 0;
    server.habits.onPage = () => {
      pages += 1;
      if (pages === 2) server.habits.hidden = 0;
    };
    const given = await pagesOf(server, { ...january, to: '2026-01-01T12:00:00.000Z' });
    expect(given.every(({ completeTo }) => completeTo === undefined)).toBe(true);
    expect(server.warnings).toEqual([]);
  });

  it.each(['start', 'newest first'] as const)(
    'come whole when pages are shorter than was asked for and name no next one (order: %s)',
    async (order) => {
      await using server = await new CompletedServer().start();
      Object.assign(server.habits, { order, mostRows: 7, links: false });
      server.contacts.push(...minutely(30, '2026-01-01T00:00:00.000Z'));
      expect(sorted(new Set(await idsOf(server, january)))).toEqual(
        sorted(server.contacts.map(({ id }) => id)),
      );
      expect(server.warnings).toEqual([]);
    },
  );
});

describe('a list by start', () => {
  const to = '2026-03-01T00:00:00.000Z';
  const from = '2026-02-01T00:00:00.000Z';

  /** Whether the first contact is known with all its legs after the list was read. */
  async function isWhole(
    habits: Partial<CompletedServer['habits']>,
    window: { from: string; to: string },
    days = 0,
  ) {
    await using server = await new CompletedServer().start();
    server.contacts.push(...minutely(3, from));
    Object.assign(server.habits, habits);
    await pagesOf(server, { lane: 'start', ...window });
    const first = server.rows.legsOf(server.contacts[0]?.id ?? '')?.rows[0];
    if (!first) throw new Error('nothing was listed');
    server.rows.forget(server.clock.now() + days * 24 * hour);
    return server.rows.hasAllAfter(first);
  }

  it('knows all legs of the contacts that began in it, if it ends two hours ago at most', async () => {
    expect(await isWhole({}, { from, to })).toBe(true);
    expect(await isWhole({}, { from, to: '2026-02-28T22:00:00.000Z' })).toBe(true);
  });

  it('does not know all legs of a contact that began before it', async () => {
    await using server = await new CompletedServer().start();
    const [contact] = minutely(1, '2026-01-31T23:59:00.000Z');
    if (!contact) throw new Error('no contact');
    server.contacts.push(contact);
    await pagesOf(server, { lane: 'start', from: '2026-01-01T00:00:00.000Z', to: from });
    await pagesOf(server, { lane: 'start', from, to });
    const first = server.rows.legsOf(contact.id)?.rows[0];
    expect(first && server.rows.hasAllAfter(first)).toBe(false);
  });

  it('does not when it ends in the past, when it is not whole, and when rows were forgotten', async () => {
    expect(await isWhole({}, { from, to: '2026-02-28T21:00:00.000Z' })).toBe(false);
    expect(await isWhole({ hidden: 1 }, { from, to })).toBe(false);
    expect(await isWhole({}, { from, to }, 4)).toBe(false);
  });

  it('does not before it is read to its end', async () => {
    await using server = await new CompletedServer().start();
    server.contacts.push(...minutely(3, from));
    for await (const { rows } of server.list().pages({ lane: 'start', from, to }, undefined))
      if (rows.length > 0) break;
    const first = server.rows.legsOf(server.contacts[0]?.id ?? '')?.rows[0];
    expect(first && server.rows.hasAllAfter(first)).toBe(false);
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

  it('leave all their time open when the API counts more than it lists, and say so in the same words', async () => {
    await using server = await new CompletedServer().start();
    server.habits.lastPollTime = '2026-02-28T22:00:00.000Z';
    server.habits.hidden = 1;
    server.contacts.push(
      ...minutely(1, '2026-01-01T00:00:00.000Z').map((one) => ({ ...one, updated: changes.to })),
    );
    for (const from of [changes.from, '2026-02-21T00:00:00.000Z'])
      expect((await pagesOf(server, { ...changes, from }))[0]?.completeTo).toBe(from);
    expect(server.warnings).toHaveLength(2);
    expect(new Set(server.warnings).size).toBe(1);
  });

  it('are asked for an hour less than 30 days back at most', async () => {
    await using server = await new CompletedServer().start();
    await pagesOf(server, { ...changes, from: '2025-01-01T00:00:00.000Z' });
    expect(server.queries[0]?.get('updatedSince')).toBe('2026-01-30T01:00:00.000Z');
  });

  it('are asked for from the very beginning of a window of 29 days that ends before a lag', async () => {
    await using server = await new CompletedServer().start();
    const from = '2026-01-30T20:00:00.000Z'; // 29 d before an end that lies 4 h back
    await pagesOf(server, { lane: 'update', from, to: '2026-02-28T20:00:00.000Z' });
    expect(server.queries[0]?.get('updatedSince')).toBe(from);
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

  it('are asked for by start where the API wants a period with them', async () => {
    await using server = await new CompletedServer().start();
    server.habits.wantsStart = true;
    const [old, changed] = minutely(2, '2025-06-01T00:00:00.000Z');
    if (!old || !changed) throw new Error('no contacts');
    server.contacts.push(old, { ...changed, updated: '2026-02-21T00:00:00.000Z' });
    expect(await idsOf(server, changes)).toEqual([changed.id]);
    expect(server.queries.every((query) => query.get('updatedSince') === changes.from)).toBe(true);
  });
});
