import { describe, expect, it } from '@jest/globals';
import type { ShownInteraction } from '@cxvault/core';
import { openListOutput } from '../src/present/list.ts';
import { interactionDocument, presentShow } from '../src/present/show.ts';

const sha256 = 'a'.repeat(64);
const object_key = `data/records/2026/01/02/${'0'.repeat(36)}.cxv`;
const row = {
  interaction_id: '092679e0-5eb3-4328-ab97-4ced21bcdbbf',
  type: 'voice',
  created_time: '2026-01-01T10:00:00.123Z',
  updated_time: null,
  archived_at: '2026-01-02T10:00:00.000Z',
  media: [
    { media_id: 'm', type: null, duration_ms: null, bytes: 1, sha256, object_key },
    { media_id: 'n', type: null, duration_ms: null, absent: 'denied' },
  ],
  object_key,
};
const version = {
  updated_time: '2026-01-01T10:00:00.000Z',
  archived_at: '2026-01-02T10:00:00.000Z',
  run_id: 'run',
  object_key,
  sha256,
  media: 1,
};
const shown: ShownInteraction = {
  interaction_id: 'x',
  versions: [version],
  media: [],
  mark: 'sent',
  erased: undefined,
  record: {
    text: '{"interaction_id":"x","long":12345678901234567890}',
    parts: {
      type: 'voice',
      status: 'closed',
      created_time: null,
      participants: [{ id: 'agent\u001B[2J\n', type: null, address: null, state: null }],
      media_metadata: [],
    },
  },
};

describe('a list for people', () => {
  it.each([
    [undefined, 'ID TYPE CREATED UPDATED MEDIA OBJECT', ''],
    [130, 'ID TYPE CREATED UPDATED MEDIA', '; a wider terminal shows OBJECT too'],
    [80, 'ID TYPE CREATED MEDIA', '; a wider terminal shows UPDATED and OBJECT too'],
    [40, 'ID TYPE CREATED', '; a wider terminal shows UPDATED, MEDIA and OBJECT too'],
  ])('leaves columns out rather than cutting ids: %s columns', (width, titles, remark) => {
    const output = openListOutput('table', width);
    const [header, line] = output.rows([row]).split('\n');
    expect(header?.split(/ +/).join(' ')).toBe(titles);
    expect(line).toContain(row.interaction_id);
    expect(line).toContain('2026-01-01T10:00:00Z');
    expect(output.remark()).toBe(remark);
    // the header comes once
    expect(output.rows([row])).toBe(`${line ?? ''}\n`);
  });

  it('shows control characters and newlines of foreign ids instead of obeying them', () => {
    const text = openListOutput('table', undefined).rows([{ ...row, interaction_id: 'a\u001B[2J\nb' }]);
    expect(text.split('\n')).toHaveLength(3);
    expect(text).toContain(String.raw`a\u{1b}[2J\u{a}b`);
  });
});

describe('a list that breaks off', () => {
  const error = { code: 'STORE_UNREACHABLE', message: 'away', exit: 20 } as const;

  it.each([[[]], [[row]], [[row, row]]])('is one document all the same', (rows) => {
    const output = openListOutput('json', undefined);
    const text = rows.map((one) => output.rows([one])).join('') + output.end(error);
    expect(JSON.parse(text)).toEqual({ interactions: rows, error });
  });
});

describe('one interaction for people', () => {
  it('keeps the numbers of its record', () => {
    expect(interactionDocument(shown)).toContain('"long": 12345678901234567890,');
    expect(JSON.parse(interactionDocument({ ...shown, record: undefined }))).toMatchObject({
      interaction_id: 'x',
    });
  });

  it('tells all versions when there are several', () => {
    const older = { ...version, updated_time: '2025-12-31T00:00:00.000Z' };
    const text = presentShow({ ...shown, versions: [version, older] }, { media: false });
    expect(text).toMatch(/Versions, newest first:\n {2}UPDATED +ARCHIVED +MEDIA\n {2}2026.*\n {2}2025-12-31/);
    expect(presentShow(shown, { media: false })).not.toContain('Versions');
  });

  it('stays on its lines whatever a participant is called', () => {
    expect(presentShow(shown, { media: false })).toContain(String.raw`agent\u{1b}[2J\u{a}`);
  });

  it('says why there is no record, and why a medium is absent', () => {
    const erased = { at: '2026-02-01T00:00:00.000Z', reason: 'asked' };
    expect(presentShow({ ...shown, erased, record: undefined }, { media: false })).toMatch(
      /erased +2026-02-01T00:00:00.000Z, asked: nothing can open it any more/,
    );
    const until = '2126-01-01T00:00:00.000Z';
    const media = [{ media_id: 'm', type: 'recording', duration_ms: null, absent: 'not-found', until }];
    expect(presentShow({ ...shown, media }, { media: true })).toMatch(
      /absent +CXone does not find it; asked again until 2126/,
    );
    expect(presentShow(shown, { media: true })).toBe('x has no media.');
  });
});
