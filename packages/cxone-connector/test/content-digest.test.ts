import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contentDigest } from '../src/index.ts';
import type { AbsentMedium } from '../src/index.ts';

const options = { marker: ['field-9', 'archival_status'], volatileFields: ['queue_depth', 'lastSeen'] };
const digest = (payload: JsonObject, absent: AbsentMedium[] = []): string =>
  contentDigest(payload, absent, options);

const base: JsonObject = {
  id: 'a',
  type: 'voice',
  createdTime: '2026-01-01T00:00:00Z',
  count: 0,
  flag: false,
  participants: [
    { id: 'p2', state: 'left' },
    { id: 'p1', state: 'joined' },
  ],
  media: [{ id: 'm1', durationMs: 5, playbackUrl: 'https://h.test/m1' }],
};
const [first, second] = [
  { id: 'p1', state: 'joined' },
  { id: 'p2', state: 'left' },
];

describe('content digest v1', () => {
  it('is the SHA-256 of a canonical document that anybody can write', () => {
    const document =
      '{"absent":[["m0","denied"],["m1","not-found"]],"payload":{"count":0,"createdTime":"2026-01-01T00:00:00Z",' +
      '"flag":false,"id":"a","media":[{"durationMs":5,"id":"m1"}],' +
      '"participants":[{"id":"p1","state":"joined"},{"id":"p2","state":"left"}],"type":"voice"}}';
    const absent = [
      { mediaId: 'm1', code: 'not-found' },
      { mediaId: 'm0', code: 'denied' },
    ];
    expect(digest(base, absent)).toBe(`v1:${createHash('sha256').update(document).digest('hex')}`);
    expect(digest(base, absent.toReversed())).toBe(digest(base, absent));
  });

  it.each<[string, JsonObject]>([
    [
      'update times',
      { updatedTime: '2026-01-01T00:00:01Z', lastUpdateTime: 'x', nested: { updated_time: 'y' } },
    ],
    ['warehouse dates', { dateContactWarehoused: 'x', date_acw_warehoused: 'y' }],
    ['the list around it', { lastPollTime: 'x', totalRecords: 3, _links: { self: 'x' } }],
    ['the marker as a field', { archival_status: 'archived' }],
    ['the marker in camelCase', { archivalStatus: 'archived' }],
    ['the marker as a field by id', { customFields: { 'field-9': 'archived' } }],
    ['the marker in a list by fieldId', { customFields: [{ fieldId: 'field-9', value: 'archived' }] }],
    ['the marker in a list by field_id', { custom_fields: [{ field_id: 'field-9', value: 'archived' }] }],
    ['the marker in a list by ident', { customFields: [{ ident: 'archival_status', value: 'archived' }] }],
    ['the marker in a list by name', { customFields: [{ name: 'archival_status', value: 'archived' }] }],
    ['the marker in a list by id', { dynamicBusinessData: [{ id: 'field-9', value: 'archived' }] }],
    ['the marker as a member', { customField: { id: 'field-9', value: 'archived' } }],
    ['the marker as a list of fields', { businessData: [{ archival_status: 'archived' }] }],
    ['the marker as a nested field', { customFields: [{ field: { id: 'field-9' }, value: 'archived' }] }],
    ['what the settings name', { queueDepth: 4, queue_depth: 5, last_seen: 'x', deep: [{ lastSeen: 'x' }] }],
    ['whatever is empty', { a: null, b: '', c: [], d: {}, e: [{}, null, ''], f: { g: { h: [] } } }],
    ['the order of things with ids', { participants: [first, second] }],
    [
      'the address of a medium',
      { media: [{ id: 'm1', durationMs: 5, playback_url: 'https://other.test/?sig=2' }] },
    ],
  ])('does not change with %s', (_, change) => {
    expect(digest({ ...base, ...change })).toBe(digest(base));
  });

  it.each<[string, JsonObject]>([
    ['another value', { type: 'chat' }],
    ['zero for nothing', { count: null }],
    ['false for nothing', { flag: null }],
    ['a participant less', { participants: [first] }],
    ['a participant named like the marker field', { participants: [first, second, { id: 'field-9' }] }],
    ['the order of things without ids', { list: ['b', 'a'] }],
    ['another custom field', { customFields: [{ fieldId: 'field-8', value: 'archived' }] }],
    ['a new medium', { media: [{ id: 'm1', durationMs: 5 }, { id: 'm2' }] }],
    ['both spellings with different values', { count_down: 1, countDown: 2 }],
  ])('changes with %s', (_, change) => {
    expect(digest({ ...base, ...change })).not.toBe(digest(base));
  });

  it('sees lists in order but elements with ids in none', () => {
    expect(digest({ list: ['a', 'b'] })).not.toBe(digest({ list: ['b', 'a'] }));
    expect(digest({ list: [{ id: 10 }, { id: 9 }] })).toBe(digest({ list: [{ id: 9 }, { id: 10 }] }));
    expect(
      digest({
        list: [
          { id: 1, x: 1 },
          { id: 1, x: 2 },
        ],
      }),
    ).toBe(
      digest({
        list: [
          { id: 1, x: 2 },
          { id: 1, x: 1 },
        ],
      }),
    );
  });

  it("forgets URLs' queries and keeps their paths", () => {
    expect(digest({ link: 'https://h.test/a?x=1#f' })).toBe(digest({ link: 'https://h.test/a?x=2' }));
    expect(digest({ link: 'https://h.test/a' })).not.toBe(digest({ link: 'https://h.test/b' }));
    expect(digest({ note: 'why? because' })).not.toBe(digest({ note: 'why? never' }));
  });

  it('is the same in both spellings and any order of fields', () => {
    const snake = (value: JsonValue): JsonValue => {
      if (Array.isArray(value)) return value.map(snake);
      if (typeof value !== 'object' || value === null) return value;
      const entries = Object.entries(value).map(([name, member]): [string, JsonValue] => [
        name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        snake(member),
      ]);
      return Object.fromEntries(entries.toReversed());
    };
    const names = fc.constantFrom('updatedBy', 'mediaKind', 'x', 'value', 'agentNo');
    const { tree } = fc.letrec<{ tree: JsonValue; leaf: JsonValue }>((tie) => ({
      leaf: fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null)),
      tree: fc.oneof(
        { maxDepth: 3 },
        tie('leaf'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(names, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(digest({ root: snake(value) })).toBe(digest({ root: value }));
      }),
    );
  });

  it('takes text that is not well formed', () => {
    expect(digest({ text: 'a\ud800', '\udfff': 1 })).toMatch(/^v1:[0-9a-f]{64}$/);
  });
});
