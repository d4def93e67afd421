import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '@cxvault/storage-testkit';

import { openArchive } from '../src/archive.ts';
import type { Archive } from '../src/archive.ts';
import { Catalog } from '../src/catalog/catalog.ts';
import { syncCatalog } from '../src/catalog/sync.ts';
import { ownProcess } from '../src/process-identity.ts';
import { archiveStatus } from '../src/query/archive-status.ts';
import type { ArchiveStatus } from '../src/query/archive-status.ts';
import { listInteractions } from '../src/query/list-interactions.ts';
import type { ListedInteraction, ListFilter } from '../src/query/list-interactions.ts';
import { showInteraction } from '../src/query/show-interaction.ts';
import { verifyArchive } from '../src/verify/verify-archive.ts';
import type { VerifyOptions } from '../src/verify/verify-archive.ts';
import { ArchiveBuilder, testUnlock } from './archive-builder.ts';
import { flipped, objectsOf, storeWith } from './tampering.ts';
import type { Objects } from './tampering.ts';

const later = '2026-03-01T00:00:00.000Z';
const chat = {
  interaction_id: 'chat',
  type: 'chat',
  created_time: '2026-02-05T00:00:00.000Z',
  updated_time: '2026-02-05T00:00:00.000Z',
  participants: [
    { id: 'Agent-7', type: 'agent', address: null, state: null },
    { id: null, type: 'customer', address: '+4930123', state: null },
  ],
  media_metadata: [],
};

let objects: Objects;
let segments: string[] = [];
let medium = '';
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxvault-query-'));
  const store = new MemoryStore();
  const run = (await ArchiveBuilder.create({ store })).run();
  const first = await run.archive(
    [
      { id: 'old', media: [{ id: 'rec', content: Buffer.from('the recording') }] },
      { id: 'quiet', created: '2026-02-04T00:00:00.000Z' },
    ],
    ({ objects: stored, archived }) => ({
      objects: stored,
      archived: archived.map((one) =>
        one.interaction_id === 'quiet'
          ? { ...one, absent: [{ media_id: 'gone', code: 'denied', until: later }] }
          : one,
      ),
    }),
  );
  medium = first.archived[0]?.media[0]?.object_key ?? '';
  const second = await run.archive([
    { id: 'old', updated: later, carried: first.archived[0]?.media ?? [] },
    { id: 'chat', created: chat.created_time, line: JSON.stringify(chat) },
  ]);
  const third = await run.archive([{ id: 'erased' }]);
  segments = [first.segment, second.segment, third.segment];
  await run.append({
    erased: [{ interaction_id: 'erased', objects: [third.segment], at: later, reason: 'asked' }],
    failed: [
      { interaction_id: 'bad', updated_time: later, reason: 'server-error [status=500, request_id=r1]' },
      { interaction_id: 'worse', updated_time: later, reason: 'denied [status=403]', given_up: true },
    ],
    marks: [
      { interaction_id: 'old', status: 'archived', outcome: 'sent' },
      { interaction_id: 'quiet', status: 'archived', outcome: 'refused' },
    ],
    windows: [
      { lane: 'update', from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' },
      { lane: 'update', from: '2026-01-02T00:00:00.000Z', to: '2026-01-03T00:00:00.000Z' },
      { lane: 'update', from: '2026-01-05T00:00:00.000Z', to: '2026-01-06T00:00:00.000Z' },
    ],
  });
  await run.finish();
  objects = await objectsOf(store);
});

afterAll(() => rm(folder, { recursive: true }));

type Changes = Readonly<Record<string, Uint8Array | undefined>>;

async function opened<T>(
  changes: Changes,
  work: (archive: Archive, catalog: Catalog) => Promise<T>,
): Promise<T> {
  const archive = await openArchive(await storeWith(objects, changes), testUnlock);
  const catalog = Catalog.open(':memory:', archive.id);
  try {
    await syncCatalog(archive, catalog);
    return await work(archive, catalog);
  } finally {
    catalog.close();
  }
}

function listed(filter: ListFilter = {}, changes: Changes = {}): Promise<ListedInteraction[]> {
  return opened(changes, async (archive, catalog) => {
    const rows = await Array.fromAsync(listInteractions(archive, catalog, filter));
    return rows.flat();
  });
}

async function idsOf(filter: ListFilter, changes: Changes = {}): Promise<string[]> {
  return (await listed(filter, changes)).map(({ interaction_id }) => interaction_id).sort();
}

describe('a list', () => {
  it('has each interaction once, in its newest version, without erased ones', async () => {
    const rows = await listed();
    expect(rows).toHaveLength(3);
    expect(rows.find(({ interaction_id }) => interaction_id === 'old')).toEqual({
      interaction_id: 'old',
      type: 'voice',
      created_time: '2026-01-01T10:00:00.000Z',
      updated_time: later,
      archived_at: expect.any(String) as unknown,
      media: [
        {
          media_id: 'rec',
          type: null,
          duration_ms: null,
          bytes: 13,
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
          object_key: medium,
        },
      ],
      object_key: segments[1],
    });
    expect(rows.find(({ interaction_id }) => interaction_id === 'quiet')).toMatchObject({
      media: [{ media_id: 'gone', absent: 'denied', until: later }],
    });
  });

  it.each<[string, ListFilter, string[]]>([
    ['from a time on', { since: '2026-02-04T00:00:00.000Z' }, ['chat', 'quiet']],
    ['up to, but without, a time', { until: '2026-02-04T00:00:00.000Z' }, ['old']],
    ['of a type, in any case', { types: ['CHAT', 'email'] }, ['chat']],
    ['with a participant, by id', { participant: 'agent-7' }, ['chat']],
    ['with a participant, by address', { participant: '+4930123' }, ['chat']],
    ['with a participant, not by a part of it', { participant: '+4930' }, []],
    [
      'of a type and a period that exclude each other',
      { types: ['chat'], until: '2026-02-05T00:00:00.000Z' },
      [],
    ],
  ])('chooses %s', async (_, filter, ids) => {
    expect(await idsOf(filter)).toEqual(ids);
  });

  it('names what cannot be read, whatever the filter, and goes on', async () => {
    const first = objects.get(segments[0] ?? '') ?? Buffer.alloc(0);
    const changes = { [segments[0] ?? '']: flipped(first, 200, 1), [segments[1] ?? '']: undefined };
    const rows = await listed({ types: ['email'] }, changes);
    expect(
      rows.map(({ interaction_id, type, error }) => [interaction_id, type, error?.split(':')[0]]).sort(),
    ).toEqual([
      ['chat', null, 'missing'],
      ['old', null, 'missing'],
      ['quiet', null, 'chunk'],
    ]);
  });

  it('reads no segment that was archived before the period, and no journalled one twice', async () => {
    await opened({}, async (archive, catalog) => {
      const read: string[] = [];
      const watched: Archive = {
        ...archive,
        lookup: archive.lookup,
        source: async (key) => {
          read.push(key);
          return archive.source(key);
        },
      };
      await Array.fromAsync(listInteractions(watched, catalog, {}));
      expect(read).toEqual(segments.slice(0, 2).sort());
      read.length = 0;
      await Array.fromAsync(listInteractions(watched, catalog, { since: '2126-01-01T00:00:00.000Z' }));
      expect(read).toEqual([]);
    });
  });

  it('ends with the reason of its signal', async () => {
    await opened({}, async (archive, catalog) => {
      const stop = AbortSignal.abort(new Error('enough'));
      await expect(listInteractions(archive, catalog, {}, stop).next()).rejects.toThrow('enough');
    });
  });

  it('leaves out what is archived while it is read', async () => {
    await opened({}, async (archive, catalog) => {
      const upTo = catalog.newestVersionId();
      const run = new ArchiveBuilder(archive, {
        store: archive.store,
        compression: 'zstd',
        storedAt: new Date('2026-01-03T00:00:00Z'),
      }).run(catalog.tips());
      const { segment } = await run.archive([{ id: 'old', updated: '2026-04-01T00:00:00.000Z' }]);
      await syncCatalog(archive, catalog);
      expect(catalog.latestIn(segment, upTo)).toEqual([]);
      expect(catalog.latestIn(segments[1] ?? '', upTo).map((one) => one.interaction_id)).toContain('old');
      expect(catalog.latestIn(segment, catalog.newestVersionId())).toHaveLength(1);
    });
  });
});

describe('one interaction', () => {
  const shown = (id: string, changes: Changes = {}) =>
    opened(changes, (archive, catalog) => showInteraction(archive, catalog, id));

  it('comes with its record and all its versions', async () => {
    const old = await shown('old');
    expect(old?.versions.map(({ updated_time }) => updated_time)).toEqual([
      later,
      '2026-01-01T10:00:00.000Z',
    ]);
    expect(old).toMatchObject({ mark: 'sent', erased: undefined, media: [{ media_id: 'rec', bytes: 13 }] });
    expect(JSON.parse(old?.record?.text ?? '')).toMatchObject({ interaction_id: 'old', updated_time: later });
    expect(await shown('chat')).toMatchObject({ mark: 'pending', record: { text: JSON.stringify(chat) } });
  });

  it('is known after its erasure, but has no record', async () => {
    expect(await shown('erased')).toMatchObject({
      erased: { at: later, reason: 'asked' },
      record: undefined,
    });
  });

  it('is undefined when it was never archived', async () => {
    expect(await shown('nobody')).toBeUndefined();
  });

  it('is an error when its record cannot be read', async () => {
    await expect(shown('quiet', { [segments[0] ?? '']: undefined })).rejects.toMatchObject({
      code: 'ARCHIVE_DAMAGED',
      message: expect.stringContaining('interaction=quiet') as unknown,
    });
  });
});

describe('the status', () => {
  const now = Date.parse('2026-02-15T00:00:00.000Z');
  const status = (file: string, changes: Changes = {}, listing = true): Promise<ArchiveStatus> =>
    opened(changes, async (archive, catalog) =>
      archiveStatus(archive, catalog, {
        archive: 'memory:',
        journal: await syncCatalog(archive, catalog),
        proofsFile: join(folder, file),
        listing,
        clock: { now: () => now, sleep: () => Promise.resolve() },
      }),
    );

  it('tells what is covered, held and open', async () => {
    const told = await status('told');
    expect(told).toMatchObject({
      source: { system: 'cxone', profile: 'interactions', tenant: 'test' },
      windows: [
        { lane: 'update', from: '2026-01-01T00:00:00.000Z', to: '2026-01-03T00:00:00.000Z' },
        { lane: 'update', from: '2026-01-05T00:00:00.000Z', to: '2026-01-06T00:00:00.000Z' },
      ],
      lanes: [
        { lane: 'update', origin: '2026-01-01T00:00:00.000Z', low_water_mark: '2026-01-03T00:00:00.000Z' },
      ],
      gaps: [{ lane: 'update', from: '2026-01-03T00:00:00.000Z', to: '2026-01-05T00:00:00.000Z' }],
      interactions: { archived: 3, versions: 4, failed: 1, given_up: 1, erased: 1 },
      media: { archived: 1, bytes: 13, absent: 1, provisional: 1 },
      marks: { sent: 1, pending: 1, refused: 1, nothing_to_mark: 0 },
      open_failures: [{ interaction_id: 'bad', reason: 'server-error [status=500]', request_id: 'r1' }],
      given_up: [{ interaction_id: 'worse', reason: 'denied [status=403]' }],
      last_run: { ended: 'finished', report: { successful_archives: 1, failed_archives: null, error: null } },
      lock: null,
      last_verify: null,
      last_full_verify: null,
      leftovers: { objects: 0, bytes: 0, prunable: 0 },
      objects: { missing: 0, wrong_size: 0 },
      journal: { runs: 1, entries: 5, damaged: 0 },
    });
    const stored = (key: string | undefined): number => objects.get(key ?? '')?.length ?? 0;
    expect(told.bytes.records).toBe(stored(segments[0]) + stored(segments[1]));
    expect(told.bytes.media).toBe(stored(medium));
  });

  it('passes over a verify of the past that it does not understand', async () => {
    const proofsFile = join(folder, 'newer');
    await opened({}, (archive) => verifyArchive(archive, { archive: 'memory:', proofsFile }));
    const db = new DatabaseSync(proofsFile);
    db.exec(
      `INSERT INTO verifies SELECT archive, 'newer', part, replace(document, '"full"', '"newer"') FROM verifies`,
    );
    db.close();
    expect((await status('newer')).last_verify).toMatchObject({ depth: 'full' });
  });

  it('counts leftovers, and what is gone or has another size', async () => {
    const leftover = 'data/records/2026/01/01/00000000-0000-7000-8000-000000000000.cxv';
    const changes = {
      [leftover]: Buffer.from('left over'),
      [medium]: undefined,
      [segments[0] ?? '']: Buffer.from('short'),
      // erased: gone or not, nothing can open it
      [segments[2] ?? '']: undefined,
    };
    expect(await status('listed', changes)).toMatchObject({
      leftovers: { objects: 1, bytes: 9, prunable: 0 },
      objects: { missing: 1, wrong_size: 1 },
    });
    expect(await status('listed', changes, false)).toMatchObject({ leftovers: null, objects: null });
  });

  it('names damage of the journal', async () => {
    const entry = [...objects.keys()].find((key) => key.endsWith('/000002.cxv')) ?? '';
    const report = [...objects.keys()].find((key) => key.endsWith('/report.cxv')) ?? '';
    const damaged = await status('damaged', { [entry]: undefined });
    expect(damaged.journal).toMatchObject({ entries: 4, damaged: 1 });
    expect(damaged.damage).toMatchObject([{ object_key: entry, problem: 'journal-gap' }]);
    // the windows of a run whose chain is broken do not count
    expect(damaged.windows).toEqual([]);
    expect((await status('damaged', { [report]: Buffer.from('no report') })).damage).toMatchObject([
      { object_key: report, kind: 'report' },
    ]);
  });

  it('says of a run without a final entry who holds the lock', async () => {
    const end = [...objects.keys()].filter(
      (key) => key.endsWith('/000005.cxv') || key.endsWith('/report.cxv'),
    );
    const without = Object.fromEntries(end.map((key) => [key, undefined]));
    const runId = end[0]?.split('/')[1] ?? '';
    expect(await status('lock', without)).toMatchObject({
      last_run: { run_id: runId, ended: 'interrupted', report: null },
    });
    const lock = { run_id: runId, token: 't', since: later, ...ownProcess() };
    const held = await status('lock', { ...without, 'locks/run/3.json': Buffer.from(JSON.stringify(lock)) });
    expect(held.lock).toMatchObject({ run_id: runId, pid: process.pid, state: 'held' });
    expect(held.last_run).toMatchObject({ ended: 'under-way' });
    const gone = { ...lock, process_start: '1' };
    const left = await status('lock', { ...without, 'locks/run/3.json': Buffer.from(JSON.stringify(gone)) });
    expect(left).toMatchObject({ lock: { state: 'void' }, last_run: { ended: 'interrupted' } });
  });

  it('remembers how verifies on this machine ended', async () => {
    const proofsFile = join(folder, 'verified');
    const verified = (options: Partial<VerifyOptions>, changes: Changes = {}) =>
      opened(changes, (archive) => verifyArchive(archive, { archive: 'memory:', proofsFile, ...options }));
    const full = await verified({});
    await verified({ depth: 'structure' }, { [medium]: undefined });
    const since = '2026-02-05T00:00:00.000Z';
    await verified({ since });
    const { last_verify, last_full_verify } = await status('verified');
    expect(last_verify).toMatchObject({ depth: 'full', since });
    expect(last_full_verify).toEqual({
      at: expect.any(String) as unknown,
      depth: 'full',
      ok: full.ok,
      damage: full.damage.length,
      objects: full.objects.checked,
      bytes: full.objects.bytes,
      proven_before: 0,
    });
    const { damage } = await verified({ depth: 'structure' }, { [medium]: undefined });
    expect((await status('verified')).last_verify).toMatchObject({
      depth: 'structure',
      ok: false,
      damage: damage.length,
    });
  });
});
