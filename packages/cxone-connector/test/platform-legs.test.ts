import type { JsonObject } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import type { ContactRow } from '../src/platform/contact-row.ts';
import { findLegs } from '../src/platform/legs.ts';
import type { FoundLegs, LegSearch } from '../src/platform/legs.ts';
import { RowStore } from '../src/platform/row-store.ts';
import { row } from './platform-rows.ts';

const now = Date.parse('2026-11-22T20:00:00Z');
const listedAt = Date.parse('2026-11-22T19:00:00Z');
const digest = { marker: ['archival_status'], volatileFields: ['agentMood'] };

/** What was listed, what CXone gives when it is asked, and what the archive has. */
interface Known {
  readonly listed?: readonly ContactRow[];
  readonly given?: readonly ContactRow[];
  readonly children?: readonly string[];
  readonly before?: readonly ContactRow[];
  readonly previousLegs?: readonly string[];
  readonly again?: boolean;
  /** From when on the list by start was read whole. */
  readonly wholeFrom?: string;
}

/** The legs of master 100, and the questions that were asked for them. */
async function find(known: Known): Promise<{ found: FoundLegs | undefined; asked: string[] }> {
  const { listed = [], given = [], children, before, previousLegs, again = false, wholeFrom } = known;
  const rows = new RowStore();
  rows.put(listed, rows.newReading(), listedAt);
  if (wholeFrom !== undefined) rows.noteWhole(wholeFrom);
  const asked: string[] = [];
  const ask = {
    hierarchy: (id: string): Promise<JsonObject | undefined> => {
      asked.push(`hierarchy of ${id}`);
      const childContacts = (children ?? []).map((contactId) => ({ contactId }));
      return Promise.resolve(children && { masterContactId: '100', childContacts });
    },
    contact: (id: string): Promise<ContactRow | undefined> => {
      asked.push(id);
      return Promise.resolve(given.find(({ contactId }) => contactId === id));
    },
  };
  const search: LegSearch = {
    masterContactId: '100',
    previous: before && { contacts: before.map(({ json }) => json) },
    previousLegs: previousLegs ?? before?.map(({ contactId }) => contactId) ?? [],
    again,
    playback: again,
  };
  try {
    const found = await findLegs(search, { rows, ask, digest, now: () => now }, undefined);
    return { found, asked };
  } finally {
    rows.close();
  }
}

const idsOf = (found: FoundLegs | undefined): string[] | undefined =>
  found?.legs.map(({ contactId }) => contactId);

describe('the legs of a master contact', () => {
  it('are, the first time, those that were listed and those that the hierarchy names', async () => {
    const { found, asked } = await find({
      listed: [row('101')],
      children: ['100', '101', '102'],
      given: [row('100'), row('102')],
    });
    expect(idsOf(found)).toEqual(['100', '101', '102']);
    expect(asked).toEqual(['hierarchy of 100', '100', '102']);
  });

  it('are those of the version before, and what the hierarchy names, when a new one is listed', async () => {
    const { found, asked } = await find({
      listed: [row('103')],
      before: [row('100'), row('101')],
      children: ['100', '101', '102', '103'],
      given: [row('102')],
    });
    expect(idsOf(found)).toEqual(['100', '101', '102', '103']);
    expect(asked).toEqual(['hierarchy of 100', '102']);
    expect([...(found?.changed ?? [])].sort()).toEqual(['102', '103']);
  });

  it('are not those of a list that lags behind what is archived', async () => {
    const lagging = row('100', { lastUpdateTime: '2026-11-22T10:14:00.000Z', dispositionNotes: 'not yet' });
    const { found } = await find({ listed: [lagging], before: [row('100', { dispositionNotes: 'done' })] });
    expect(found?.changed.size).toBe(0);
    expect(found?.legs[0]?.json['dispositionNotes']).toBe('done');
  });

  it('are all listed, without a question, once the list was read whole from before the first of them', async () => {
    const listed = [row('100'), row('101', { contactStartDate: '2026-11-22T14:00:00.000Z' })];
    const whole = await find({ listed, wholeFrom: '2026-11-22T10:00:00.000Z' });
    expect(idsOf(whole.found)).toEqual(['100', '101']);
    expect(whole.asked).toEqual([]);
    const later = await find({ listed, wholeFrom: '2026-11-22T10:00:00.001Z' });
    expect(later.asked).toEqual(['hierarchy of 100']);
    const without = await find({ listed: listed.slice(1), wholeFrom: '2026-11-01T00:00:00.000Z' });
    expect(without.asked).toEqual(['hierarchy of 100', '100']);
  });

  it('are asked for where no list has shown any, and kept when CXone gives them no more', async () => {
    const before = [row('100'), row('101')];
    const { found, asked } = await find({ before, previousLegs: ['100'], given: [row('100')] });
    expect(asked).toEqual(['hierarchy of 100', '100', '101']);
    expect(idsOf(found)).toEqual(['100', '101']);
  });

  it('are not older than the archive has them when they are asked for', async () => {
    const lagging = row('100', { lastUpdateTime: '2026-11-22T10:14:00.000Z', dispositionNotes: 'not yet' });
    const { found } = await find({ before: [row('100', { dispositionNotes: 'done' })], given: [lagging] });
    expect(found?.legs[0]?.json['dispositionNotes']).toBe('done');
    expect(found?.changed.size).toBe(0);
  });

  it('have the contact of that id, whatever master its row names', async () => {
    const { found } = await find({ given: [row('100', { masterContactId: '50' })] });
    expect(idsOf(found)).toEqual(['100']);
  });

  it('are asked for by the ids that are journalled when the record before cannot be read', async () => {
    const { found, asked } = await find({ previousLegs: ['100', '104'], given: [row('100'), row('104')] });
    expect(idsOf(found)).toEqual(['100', '104']);
    expect(asked).toEqual(['hierarchy of 100', '100', '104']);
  });

  it('are not contacts of another master', async () => {
    const other = row('105', { masterContactId: '200' });
    const { found } = await find({ listed: [row('100')], children: ['105'], given: [other] });
    expect(idsOf(found)).toEqual(['100']);
  });

  it('are none where CXone has none', async () => {
    expect((await find({ children: ['100'] })).found).toBeUndefined();
  });

  it('are as old as the oldest of their rows', async () => {
    expect((await find({ listed: [row('100')], given: [] })).found?.rowsAt).toBe(listedAt);
    expect((await find({ given: [row('100')] })).found?.rowsAt).toBe(now);
  });
});

describe('legs that were archived', () => {
  const notes = { dispositionNotes: 'see https://files.test/1 of today' };
  const before = [row('100', notes), row('101')];

  it.each([
    ['nothing', {}],
    [
      'our own mark',
      { lastUpdateTime: '2026-11-22T11:00:00Z', dateContactWarehoused: '2026-11-22T11:05:00Z' },
    ],
    ['a field that is named as volatile', { agentMood: 'fine' }],
    ['a fresh signature in a text', { dispositionNotes: 'see https://files.test/1?sig=s3cr3t of today' }],
  ])('cost no call and have not changed after %s', async (_, fields) => {
    const { found, asked } = await find({ listed: [row('100', { ...notes, ...fields })], before });
    expect(asked).toEqual([]);
    expect(found).toMatchObject({ changed: new Set(), playback: false });
    expect(idsOf(found)).toEqual(['100', '101']);
  });

  it('have changed after an edit, which needs no playback and no other leg', async () => {
    const { found, asked } = await find({ listed: [row('101', { dispositionNotes: 'edit' })], before });
    expect(asked).toEqual([]);
    expect(found).toMatchObject({ changed: new Set(['101']), playback: false });
  });

  it('are all asked for again when that is wanted', async () => {
    const { found, asked } = await find({ before, given: before, children: [], again: true });
    expect(asked).toEqual(['hierarchy of 100', '100', '101']);
    expect(found).toMatchObject({ changed: new Set(), playback: true });
    const partly = await find({ listed: [row('100')], before, given: before, again: true });
    expect(partly.asked).toEqual(['hierarchy of 100', '101']);
  });
});

describe('playback', () => {
  it.each([
    ['a new leg', [row('100')], row('101'), true],
    ['a leg that turns out to be recorded', [row('100', { isLogged: false })], row('100'), true],
    ['a leg whose recording is gone', [row('100')], row('100', { isLogged: false }), true],
    ['an edit', [row('100')], row('100', { dispositionNotes: 'edit' }), false],
    ['a new voicemail', [], row('100', { mediaTypeId: 5, isLogged: null }), true],
    ['a new chat', [], row('100', { mediaTypeId: 3, isLogged: null }), false],
    ['a new chat that is recorded', [], row('100', { mediaTypeId: 3, isLogged: true }), true],
    ['a new contact of unknown type', [], row('100', { mediaTypeId: null, isLogged: null }), true],
  ])('after %s', async (_, before, listed, expected) => {
    const { found } = await find({ listed: [listed], ...(before.length > 0 && { before }) });
    expect(found?.playback).toBe(expected);
  });
});
