import { describe, expect, it } from '@jest/globals';
import { presentPrune } from '../src/present/prune.ts';
import type { Pruned } from '../src/work/prune.ts';

const stored_at = '2026-01-30T08:00:00.000Z';
const retained_until = '2033-01-31T08:00:00.000Z';
const free = { object_key: 'data/media/free', kind: 'media', bytes: 1000, stored_at } as const;
const kept = {
  object_key: 'data/media/kept',
  kind: 'media',
  bytes: 2000,
  stored_at,
  retained_until,
} as const;
const segment = { object_key: 'data/records/kept', bytes: 500, stored_at, retained_until };

const pruned: Pruned = {
  archive: 's3://bucket/archive',
  dry_run: true,
  older_than_ms: 86_400_000,
  store_time: '2026-01-31T08:00:00.000Z',
  leftovers: [free, kept],
  with_records: [{ ...segment, records: 3, unarchived: 0 }],
  younger: { objects: 0, bytes: 0 },
  rings_kept: null,
  removed: { objects: 0, bytes: 0 },
  retained: { objects: 2, bytes: 2500 },
};

describe('what prune says of what the store retains', () => {
  it('is until when it stays, apart from what can be removed', () => {
    const text = presentPrune(pruned, {});
    expect(text).toMatch(/^1 leftover of crashed runs, 1\.0 kB:\n {2}media {4}data\/media\/free {2}/);
    expect(text).toContain('2 objects, 2.5 kB, stay: the store retains them');
    expect(text).toContain(`  data/media/kept  2.0 kB, until ${retained_until}\n`);
    expect(text).toContain(`  data/records/kept  500 B, until ${retained_until}\n`);
    expect(text).not.toContain('--records removes them');
    expect(text).toContain('Next: ');
  });

  it('offers no removal when nothing else is there', () => {
    const text = presentPrune({ ...pruned, leftovers: [kept] }, {});
    expect(text).toMatch(/^No leftovers that can be removed\.\n/);
    expect(text).not.toContain('Next: ');
    const none = { ...pruned, leftovers: [], with_records: [], retained: { objects: 0, bytes: 0 } };
    expect(presentPrune(none, {})).toBe('No leftovers.');
  });

  it('follows what was removed', () => {
    const text = presentPrune({ ...pruned, dry_run: false, removed: { objects: 1, bytes: 1000 } }, {});
    expect(text).toMatch(/^Removed 1 object, 1\.0 kB\.\n {2}media {4}data\/media\/free/);
    expect(text).toContain('stay: the store retains them');
  });
});
