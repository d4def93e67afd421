import { describe, expect, it } from '@jest/globals';

import { journalEntrySchema } from '../src/journal-entry.ts';

const sha256 = 'a'.repeat(64);
const runId = '01a207e2-a320-7cf4-b5fe-d28c9a9e7af0';
const later = {
  run_id: runId,
  n: 2,
  previous: sha256,
  at: '2026-11-23T09:00:00.000Z',
  tool: { name: 'cxvault', version: '0.1.0' },
  source: { system: 'cxone', profile: 'interactions', tenant: 't' },
  final: false,
};
const first = { ...later, n: 1, previous: null, heads: [], descriptor_sha256: sha256 };

const accepts = (entry: unknown): boolean => journalEntrySchema.safeParse(entry).success;

describe('journalEntrySchema', () => {
  it('fills in lists that were left out, and ignores unknown fields', () => {
    expect(journalEntrySchema.parse({ ...later, colour: 'blue' })).toEqual({
      ...later,
      objects: [],
      archived: [],
      seen: [],
      failed: [],
      marks: [],
      windows: [],
      erased: [],
      needs: [],
    });
  });

  it('tells first entries from later ones', () => {
    expect(accepts(first)).toBe(true);
    expect(accepts(later)).toBe(true);
    expect(accepts({ ...first, previous: sha256 })).toBe(false);
    expect(accepts({ ...first, heads: undefined })).toBe(true); // an empty list may be left out
    expect(accepts({ ...first, descriptor_sha256: undefined })).toBe(false);
    expect(accepts({ ...later, previous: null })).toBe(false);
    expect(accepts({ ...later, heads: [{ run_id: later.run_id, n: 1, sha256: later.previous }] })).toBe(
      false,
    );
    expect(accepts({ ...later, heads: [] })).toBe(true);
  });

  it('takes everything that the format names', () => {
    const archived = {
      interaction_id: 'i1',
      updated_time: '2026-11-22T00:00:00.000Z',
      sha256,
      content: `v1:${sha256}`,
      segment: 'data/records/2026/11/23/x.cxv',
      media: [{ media_id: 'm1', object_key: 'data/media/2026/11/23/y.cxv', bytes: 0, sha256 }],
      absent: [{ media_id: 'm2', code: 'not-found', until: '2026-11-26T00:00:00.000Z' }],
      legs: [{ id: '1', updated_time: '2026-11-22T00:00:00.000Z' }],
      racy: true,
    };
    const entry = {
      ...first,
      heads: [{ run_id: runId, n: 3, sha256 }],
      objects: [{ key: archived.segment, kind: 1, bytes: 300, sha256 }],
      archived: [archived],
      seen: [{ interaction_id: 'i2', updated_time: null, racy: false }],
      failed: [{ interaction_id: 'i3', updated_time: null, reason: 'HTTP 503', given_up: true }],
      marks: [{ interaction_id: 'i1', status: 'archived', outcome: 'refused', reason: 'HTTP 403' }],
      windows: [{ lane: 'start', from: '1970-01-01T00:00:00.000Z', to: '2026-11-23T09:00:00.000Z' }],
      erased: [{ interaction_id: 'i4', objects: ['x'], at: '2026-11-23T09:00:00.000Z', reason: 'request' }],
      needs: [],
      final: true,
    };
    expect(journalEntrySchema.parse(entry)).toEqual(entry);
  });

  it('refuses what a catalog could not trust', () => {
    expect(accepts({ ...later, n: 0 })).toBe(false);
    expect(accepts({ ...later, n: 1_000_000 })).toBe(false);
    expect(accepts({ ...later, previous: sha256.toUpperCase() })).toBe(false);
    expect(accepts({ ...later, run_id: '../x' })).toBe(false);
    expect(accepts({ ...later, at: '2026-11-23 09:00' })).toBe(false);
    expect(accepts({ ...later, objects: [{ key: 'x', kind: 1, bytes: -1, sha256 }] })).toBe(false);
    expect(
      accepts({ ...later, marks: [{ interaction_id: 'x', status: 'archived', outcome: 'maybe' }] }),
    ).toBe(false);
    expect(accepts({ ...later, final: 'yes' })).toBe(false);
  });
});
