import { describe, expect, it } from '@jest/globals';
import { newId, openObject, parseRing, rootKeyId, sealDocument, sealRing } from '@cxvault/crypto-codec';
import { MemoryStore } from '@cxvault/storage-testkit';

import type { Archive } from '../src/archive.ts';
import { ringKey } from '../src/layout.ts';
import { verifyArchive } from '../src/verify/verify-archive.ts';
import type { VerifyReport } from '../src/verify/verify-report.ts';
import { ArchiveBuilder, bytesOf, keysOf } from './archive-builder.ts';
import type { CommittedLists, TestInteraction } from './archive-builder.ts';
import { flipped } from './tampering.ts';

// Objects that are sound in themselves, and a journal that says something else of them: what a defect in a writer
// would make, or somebody with the key.

const sound = { id: 'm', content: Buffer.from('sound') };

async function verified(
  interactions: readonly TestInteraction[],
  change?: (lists: CommittedLists) => CommittedLists,
): Promise<VerifyReport> {
  const store = new MemoryStore();
  const { archive, run } = await built(store);
  await run().archive(interactions, change);
  return verifyArchive(archive, { archive: 'memory' });
}

async function built(store: MemoryStore): Promise<{ archive: Archive; run: ArchiveBuilder['run'] }> {
  const builder = await ArchiveBuilder.create({ store });
  return { archive: builder.archive, run: (heads) => builder.run(heads) };
}

function found({ damage }: VerifyReport): [string, string, string[]][] {
  return damage.map(({ kind, problem, interactions }) => [kind, problem, interactions]);
}

describe('a journal that disagrees with', () => {
  it('the bytes of an object', async () => {
    const other = (lists: CommittedLists): CommittedLists => ({
      ...lists,
      objects: lists.objects.map((object) => ({ ...object, sha256: '0'.repeat(64) })),
    });
    expect(found(await verified([{ id: 'a', media: [sound] }], other))).toEqual([
      ['media', 'checksum', ['a']],
      ['records', 'checksum', ['a']],
    ]);
  });

  it('the list of records, either way', async () => {
    const more = await verified([{ id: 'a' }], ({ objects, archived }) => ({
      objects,
      archived: [...archived, ...archived.map((one) => ({ ...one, interaction_id: 'b' }))],
    }));
    expect(found(more)).toEqual([['records', 'index', ['b']]]);
    expect(more.records.damaged).toBe(1);
    const fewer = await verified([{ id: 'a' }, { id: 'b' }], ({ objects, archived }) => ({
      objects,
      archived: archived.slice(0, 1),
    }));
    expect(found(fewer)).toEqual([['records', 'index', []]]);
  });

  it('the update time of a record', async () => {
    const report = await verified([{ id: 'a' }, { id: 'b' }], ({ objects, archived }) => ({
      objects,
      archived: archived.map((one) =>
        one.interaction_id === 'a' ? { ...one, updated_time: '2000-01-01T00:00:00.000Z' } : one,
      ),
    }));
    expect(found(report)).toEqual([['records', 'content', ['a']]]);
  });

  it('the media of a record', async () => {
    const report = await verified([{ id: 'a', media: [sound] }, { id: 'b' }], ({ objects, archived }) => ({
      objects,
      archived: archived.map((one) => ({ ...one, media: [] })),
    }));
    expect(found(report)).toEqual([['records', 'content', ['a']]]);
  });

  it('the original of a medium, though the record agrees', async () => {
    const claimed = [{ sha256: '0'.repeat(64) }, { bytes: 4 }];
    for (const claim of claimed) {
      const report = await verified([{ id: 'a', media: [{ ...sound, claimed: claim }] }]);
      expect(found(report)).toEqual([['media', 'digest', ['a']]]);
    }
  });

  it('whose medium it is', async () => {
    const report = await verified([{ id: 'a', media: [{ ...sound, claimed: { media_id: 'another' } }] }]);
    expect(found(report)).toEqual([['media', 'index', ['a']]]);
  });

  it('itself: objects that hold what was archived, and that no entry brings', async () => {
    const store = new MemoryStore();
    const { archive, run } = await built(store);
    const unlisted = ({ archived }: CommittedLists): CommittedLists => ({ objects: [], archived });
    await run().archive([{ id: 'a' }], unlisted);
    const { segment, archived } = await run().archive([{ id: 'b', media: [sound] }], unlisted);
    for (const key of [segment, archived[0]?.media[0]?.object_key ?? '']) await store.remove(key);
    expect(found(await verifyArchive(archive, { archive: 'memory' })).sort()).toEqual([
      ['media', 'missing', ['b']],
      ['records', 'journal-gap', ['a']],
      ['records', 'missing', ['b']],
    ]);
  });

  it('the spelling of a time is none', async () => {
    const journalled = '2026-01-01T10:00:00.000Z';
    const report = await verified(
      [{ id: 'a', updated: '2026-01-01T10:00:00Z' }],
      ({ objects, archived }) => ({
        objects,
        archived: archived.map((one) => ({ ...one, updated_time: journalled })),
      }),
    );
    expect(report.ok).toBe(true);
  });

  it('what a record is', async () => {
    for (const line of ['not JSON', '{"id":1}', '"text"', '{"interaction_id":"a","media_metadata":3}']) {
      expect(found(await verified([{ id: 'a', line }]))).toEqual([['records', 'content', ['a']]]);
    }
  });
});

it('one entry may archive two versions of an interaction with the same update time', async () => {
  const twice = [{ id: 'a' }, { id: 'a', payload: { edited: 'yes' } }];
  expect(await verified(twice)).toMatchObject({ ok: true, records: { checked: 2 } });
});

describe('a ring object or report made by somebody with a key', () => {
  it('is not read beyond the size that it can have', async () => {
    const store = new MemoryStore();
    const { archive } = await built(store);
    const [rootKey = new Uint8Array()] = await archive.lookup(rootKeyId, 0);
    const keyId = newId();
    const { bytes } = sealRing(keyId, [Buffer.alloc(32)], {
      archiveId: archive.id,
      key: { keyId: rootKeyId, number: 0, key: rootKey },
      objectKeyOf: ringKey,
      compression: 'zstd',
      createdAt: ' '.repeat(5 * 2 ** 20),
    });
    await store.put(ringKey(keyId), bytes);
    expect(found(await verifyArchive(archive, { archive: 'memory' }))).toEqual([['ring', 'size', []]]);
  });

  it('is no report without the journal key', async () => {
    const store = new MemoryStore();
    const { archive, run } = await built(store);
    const first = run();
    await first.archive([{ id: 'a' }]);
    await first.finish();
    const key = { ...(await archive.keys.writer().next()), number: 0 };
    const options = { archiveId: archive.id, key, compression: 'none' } as const;
    const name = `runs/${first.runId}/report.cxv`;
    await store.put(name, sealDocument('report', {}, { ...options, objectKeyOf: () => name }).bytes);
    expect(found(await verifyArchive(archive, { archive: 'memory' }))).toEqual([['report', 'header', []]]);
  });
});

describe('a crash before a damaged entry', () => {
  it('leaves segments behind whose records are archived: those are not lost', async () => {
    const store = new MemoryStore();
    const { archive, run } = await built(store);
    const crashed = run();
    await crashed.archive([{ id: 'again' }]);
    await crashed.archive([{ id: 'lost' }]);
    const next = run();
    await next.archive([{ id: 'again' }]);
    await store.remove(`runs/${crashed.runId}/000001.cxv`);
    await store.put(`runs/${crashed.runId}/000002.cxv`, Buffer.alloc(500));
    const { damage } = await verifyArchive(archive, { archive: 'memory' });
    expect(new Set(damage.flatMap(({ interactions }) => interactions))).toEqual(new Set(['lost']));
  });
});

describe('erasure', () => {
  /** An archive of one erased interaction, whose keys are destroyed as asked, and one that stays. */
  async function erased(options: {
    journalled: boolean;
    destroyed: boolean;
    damaged?: boolean;
  }): Promise<VerifyReport> {
    const store = new MemoryStore();
    const { archive, run } = await built(store);
    const first = run();
    const { archived } = await first.archive([{ id: 'gone', media: [sound] }]);
    const journalRing = archive.keys.journalKey.keyId;
    const rings = (await keysOf(store, 'keys/ring/')).filter((key) => key !== ringKey(journalRing));
    if (options.journalled) {
      const objects = [archived[0]?.segment ?? '', archived[0]?.media[0]?.object_key ?? ''];
      const at = '2026-01-01T00:00:00.000Z';
      await first.append({ erased: [{ interaction_id: 'gone', objects, at, reason: 'asked' }] });
    }
    if (options.destroyed) for (const ring of rings) await destroyKeys(archive, ring);
    const segment = archived[0]?.segment ?? '';
    if (options.damaged) await store.put(segment, flipped(await bytesOf(store, segment), 9, 1));
    return verifyArchive(archive, { archive: 'memory' });
  }

  async function destroyKeys(archive: Archive, key: string): Promise<void> {
    const keyId = key.slice('keys/ring/'.length, -'.cxv'.length);
    const opened = await openObject(await archive.source(key), archive.lookup, {});
    const ring = parseRing(await opened.readDocument(), keyId);
    const [rootKey = new Uint8Array()] = await archive.lookup(rootKeyId, 0);
    const { bytes } = sealRing(
      keyId,
      ring.keys.map(() => null),
      {
        archiveId: archive.id,
        key: { keyId: rootKeyId, number: 0, key: rootKey },
        objectKeyOf: () => key,
        compression: 'none',
        createdAt: ring.createdAt,
      },
    );
    await archive.store.put(key, bytes);
  }

  it('that the journal tells of is no damage', async () => {
    expect(await erased({ journalled: true, destroyed: true })).toMatchObject({ ok: true });
  });

  it('leaves nothing behind that could be damaged', async () => {
    expect(await erased({ journalled: true, destroyed: true, damaged: true })).toMatchObject({ ok: true });
  });

  it('that the journal does not tell of is damage of the ring, with what it costs', async () => {
    expect(found(await erased({ journalled: false, destroyed: true }))).toEqual([
      ['ring', 'content', ['gone']],
    ]);
  });

  it('is undone by an older ring object, which is reported', async () => {
    expect(found(await erased({ journalled: true, destroyed: false }))).toEqual([['ring', 'content', []]]);
  });
});
