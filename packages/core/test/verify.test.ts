import { beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '@cxvault/storage-testkit';

import { openArchive } from '../src/archive.ts';
import { verifyArchive } from '../src/verify/verify-archive.ts';
import type { VerifyReport } from '../src/verify/verify-report.ts';
import { ArchiveBuilder, keysOf, testUnlock } from './archive-builder.ts';

const depths = ['structure', 'checksum', 'sample', 'full'] as const;

describe('verify of a sound archive', () => {
  const store = new MemoryStore();
  const reports = new Map<string, VerifyReport>();

  beforeAll(async () => {
    const builder = await ArchiveBuilder.create({ store });
    const first = builder.run();
    const { archived } = await first.archive([
      {
        id: 'i1',
        media: [
          { id: 'm1', content: Buffer.alloc(100_000, 'abc') },
          { id: 'm2', content: Buffer.alloc(0) },
        ],
      },
      { id: 'i2' },
      { id: 'i3' },
    ]);
    await first.archive([{ id: 'i4', media: [{ id: 'm4', content: Buffer.from('four') }] }]);
    await first.finish();
    const second = builder.run(first.last && [first.last]);
    await second.archive([
      { id: 'i1', updated: '2026-01-03T00:00:00.000Z', carried: archived[0]?.media ?? [] },
    ]);
    await second.finish();
    const archive = await openArchive(store, testUnlock);
    for (const depth of depths) {
      reports.set(depth, await verifyArchive(archive, { archive: 'memory', depth, samplePercent: 100 }));
    }
  });

  it.each(depths)('finds nothing at depth %s', (depth) => {
    expect(reports.get(depth)).toMatchObject({ archive: 'memory', depth, ok: true, damage: [] });
  });

  it('counts objects, records, media, runs and entries', async () => {
    const sizes = new Map<string, number>();
    for await (const { key, size } of store.list('data/')) sizes.set(key, size);
    expect(reports.get('full')).toMatchObject({
      objects: {
        checked: 6,
        damaged: 0,
        missing: 0,
        leftover: 0,
        bytes: [...sizes.values()].reduce((a, b) => a + b),
      },
      records: { checked: 5, damaged: 0 },
      media: { checked: 3, bytes: 100_004, damaged: 0 },
      journal: { runs: 2, entries: 5, damaged: 0 },
    });
    expect(reports.get('full')?.journal.tips).toHaveLength(1);
  });

  it('writes nothing to the archive', async () => {
    const before = await keysOf(store);
    await verifyArchive(await openArchive(store, testUnlock), { archive: 'memory' });
    expect(await keysOf(store)).toEqual(before);
  });
});
