import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MemoryStore } from '@cxvault/storage-testkit';

import { openArchive } from '../src/archive.ts';
import type { Archive } from '../src/archive.ts';
import { sampleSize, sampleStatement } from '../src/verify/sample.ts';
import { verifyArchive } from '../src/verify/verify-archive.ts';
import type { VerifyOptions } from '../src/verify/verify-archive.ts';
import { verifyPublic } from '../src/verify/verify-public.ts';
import type { VerifyReport } from '../src/verify/verify-report.ts';
import { ArchiveBuilder, testUnlock } from './archive-builder.ts';
import { VirtualClock } from './virtual-clock.ts';
import { flipped, objectsOf, storeWith } from './tampering.ts';
import type { Objects } from './tampering.ts';

const hour = 3_600_000;
let objects: Objects;
let folder = '';
let proofsFile = '';
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxvault-verify-'));
  const store = new MemoryStore();
  const run = (await ArchiveBuilder.create({ store })).run();
  for (let n = 0; n < 10; n += 1) {
    const media = [{ id: 'm', content: Buffer.from(`sound ${n}`) }];
    await run.archive([{ id: `i${n}`, created: `2026-01-0${n}T00:00:00.000Z`, media }]);
  }
  await run.finish();
  objects = await objectsOf(store);
});

beforeEach(() => {
  count += 1;
  proofsFile = join(folder, `${count}.sqlite`);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** An archive whose data objects' reads are counted by key. */
async function watched(
  changes: Record<string, Uint8Array | undefined> = {},
): Promise<{ archive: Archive; read: Set<string> }> {
  const store = await storeWith(objects, changes);
  const archive = await openArchive(store, testUnlock);
  const read = new Set<string>();
  const get = store.get.bind(store);
  store.get = (key, options) => {
    if (key.startsWith('data/')) read.add(key);
    return get(key, options);
  };
  return { archive, read };
}

function verify(archive: Archive, options: Partial<VerifyOptions>): Promise<VerifyReport> {
  return verifyArchive(archive, { archive: 'memory', ...options });
}

async function interrupt(archive: Archive, after: number, options: Partial<VerifyOptions>): Promise<void> {
  const stop = new AbortController();
  const result = verify(archive, {
    concurrency: 1,
    signal: stop.signal,
    onProgress: ({ checked }) => {
      if (checked === after) stop.abort();
    },
    ...options,
  });
  await expect(result).rejects.toMatchObject({ code: 'INTERRUPTED' });
}

describe('a verify that was interrupted', () => {
  const at = (): VirtualClock => new VirtualClock(Date.parse('2036-01-01T00:00:00.000Z'));

  it('is taken up where it stopped, and counts the whole', async () => {
    const clock = at();
    const { archive, read } = await watched();
    await interrupt(archive, 12, { proofsFile, clock });
    const before = new Set(read);
    read.clear();
    clock.jump(hour);
    const report = await verify(archive, { proofsFile, clock });
    expect(report).toMatchObject({
      ok: true,
      objects: { checked: 20 },
      records: { checked: 10 },
      media: { checked: 10 },
    });
    expect(report.resumed_from).toBe('2036-01-01T00:00:00.000Z');
    expect(before.size).toBe(12);
    expect([...read].filter((key) => before.has(key))).toEqual([]);
    expect(read.size).toBe(8);
  });

  it('finds again the damage that it had found', async () => {
    const clock = at();
    const key = [...objects.keys()].filter((name) => name.startsWith('data/')).at(-1) ?? '';
    const { archive } = await watched({ [key]: flipped(objects.get(key) ?? new Uint8Array(), 100, 1) });
    await interrupt(archive, 19, { proofsFile, clock });
    clock.jump(hour);
    const report = await verify(archive, { proofsFile, clock });
    expect(report.damage.map(({ object_key }) => object_key)).toEqual([key]);
  });

  it('begins anew at another depth, after a day, and after one that came to its end', async () => {
    const clock = at();
    const { archive, read } = await watched();
    const again = async (options: Partial<VerifyOptions>): Promise<number> => {
      read.clear();
      await verify(archive, { proofsFile, clock, ...options });
      return read.size;
    };
    await interrupt(archive, 12, { proofsFile, clock, depth: 'checksum' });
    clock.jump(hour);
    expect(await again({ depth: 'full' })).toBe(20);
    clock.jump(hour);
    expect(await again({ depth: 'full' })).toBe(20);
    await interrupt(archive, 12, { proofsFile, clock });
    clock.jump(25 * hour);
    expect(await again({})).toBe(20);
  });
});

describe('--max-age', () => {
  it('skips what was proved within that time, at that depth, and says so', async () => {
    const clock = new VirtualClock(Date.parse('2036-01-01T00:00:00.000Z'));
    const { archive, read } = await watched();
    await verify(archive, { proofsFile, clock, depth: 'checksum' });
    clock.jump(hour);
    read.clear();
    const report = await verify(archive, { proofsFile, clock, depth: 'checksum', maxAgeMs: 2 * hour });
    expect(report.objects).toMatchObject({ checked: 0, proven_before: 20 });
    expect(read.size).toBe(0);
    await verify(archive, { proofsFile, clock, depth: 'full', maxAgeMs: 2 * hour });
    expect(read.size).toBe(20);
    clock.jump(3 * hour);
    expect((await verify(archive, { proofsFile, clock, maxAgeMs: 2 * hour })).objects.checked).toBe(20);
  });

  it('does not skip what the store wrote since', async () => {
    const { archive } = await watched();
    const clock = new VirtualClock(Date.parse('2026-01-01T00:00:00.000Z')); // the store's clock is later
    await verify(archive, { proofsFile, clock });
    clock.jump(hour);
    expect((await verify(archive, { proofsFile, clock, maxAgeMs: 2 * hour })).objects.checked).toBe(20);
  });

  it('keeps the proofs of two archives apart', async () => {
    const clock = new VirtualClock(Date.parse('2036-01-01T00:00:00.000Z'));
    await verify((await watched()).archive, { proofsFile, clock });
    const other = new MemoryStore();
    const run = (await ArchiveBuilder.create({ store: other })).run();
    await run.archive([{ id: 'x' }]);
    clock.jump(hour);
    const archive = await openArchive(other, testUnlock);
    expect((await verify(archive, { proofsFile, clock, maxAgeMs: 2 * hour })).objects.checked).toBe(1);
  });
});

describe('--since and --until', () => {
  it.each(['structure', 'checksum', 'full'] as const)(
    'check [since, until) of created times (%s)',
    async (depth) => {
      const { archive } = await watched();
      const report = await verify(archive, {
        depth,
        since: '2026-01-03T00:00:00.000Z',
        until: '2026-01-05T00:00:00.000Z',
      });
      expect(report).toMatchObject({ ok: true, objects: { checked: 4 } });
      if (depth === 'full') expect(report).toMatchObject({ records: { checked: 2 }, media: { checked: 2 } });
    },
  );

  it('keep a segment that cannot be read: it may hold some', async () => {
    const key = [...objects.keys()].find((name) => name.startsWith('data/records/')) ?? '';
    const { archive } = await watched({ [key]: flipped(objects.get(key) ?? new Uint8Array(), 200, 1) });
    const report = await verify(archive, { since: '2030-01-01', until: '2031-01-01' });
    expect(report).toMatchObject({ ok: false, objects: { checked: 1, damaged: 1 } });
  });
});

describe('a sample', () => {
  it('opens its share, and says what that proves', async () => {
    const { archive, read } = await watched();
    const report = await verify(archive, { depth: 'sample', samplePercent: 25 });
    expect(read.size).toBe(5);
    expect(report).toMatchObject({
      objects: { checked: 5 },
      sample: { percent: 25, objects: 20, drawn: 5, confidence: 25 },
    });
    expect(report.sample?.statement).toBe(
      'if 1 % of the objects were damaged, this sample would have found one with 25.0 %',
    );
  });

  it('still finds everything that is missing', async () => {
    const key = [...objects.keys()].find((name) => name.startsWith('data/media/')) ?? '';
    const { archive } = await watched({ [key]: undefined });
    const report = await verify(archive, { depth: 'sample', samplePercent: 1 });
    expect(report).toMatchObject({ ok: false, objects: { missing: 1, checked: 1 } });
  });

  it('has the confidence that counting gives', () => {
    expect(sampleStatement(10_000, 294, 2.94).confidence).toBe(95); // 1 - C(9900,294) / C(10000,294) = 0.95017…
    expect(sampleStatement(100, 100, 100).confidence).toBe(100);
    expect(sampleStatement(0, 0, 5).confidence).toBe(100);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (objects, percent) => {
          const drawn = sampleSize(objects, percent);
          expect(drawn).toBeGreaterThanOrEqual(1);
          expect(drawn).toBeLessThanOrEqual(objects);
          const { confidence } = sampleStatement(objects, drawn, percent);
          const one = (drawn / objects) * 100; // one damaged object is found with exactly its share
          expect(confidence).toBeGreaterThanOrEqual(Math.floor(one * 10) / 10 - 0.11);
          expect(confidence).toBeLessThanOrEqual(100);
        },
      ),
    );
  });
});

describe('verify without a key', () => {
  it('passes a sound archive, and reads the journal as bytes only', async () => {
    expect(await verifyPublic(await storeWith(objects, {}), { archive: 'memory' })).toMatchObject({
      ok: true,
      depth: 'public',
      journal: { runs: 1, entries: 11, damaged: 0, tips: [] },
      objects: { damaged: 0, leftover: 0 },
    });
  });

  it('passes over names that are no slot, as opening does', async () => {
    const store = await storeWith(objects, { 'keys/slots/README': Buffer.from('words') });
    expect(await verifyPublic(store, { archive: 'memory' })).toMatchObject({ ok: true });
  });

  it('names what an accident did to any object', async () => {
    for (const [key, bytes] of objects) {
      if (!key.endsWith('.cxv')) continue;
      const at = Math.floor(bytes.length / 2);
      const report = await verifyPublic(await storeWith(objects, { [key]: flipped(bytes, at, 4) }), {
        archive: 'm',
      });
      expect(report.damage.map(({ object_key, problem }) => [object_key, problem])).toEqual([
        [key, 'checksum'],
      ]);
    }
  });

  it('names objects that were exchanged, a gap in the journal, and a slot that cannot be read', async () => {
    const media = [...objects.keys()].filter((key) => key.startsWith('data/media/'));
    const [one = '', other = ''] = media;
    const entry = [...objects.keys()].find((key) => key.endsWith('/000004.cxv')) ?? '';
    const [slot = ''] = [...objects.keys()].filter((key) => key.startsWith('keys/slots/'));
    const changes = {
      [one]: objects.get(other),
      [other]: objects.get(one),
      [entry]: undefined,
      [slot]: Buffer.from('{'),
    };
    const report = await verifyPublic(await storeWith(objects, changes), { archive: 'memory' });
    expect(report.damage.map(({ kind, problem }) => `${kind} ${problem}`).sort()).toEqual([
      'journal journal-gap',
      'media swapped',
      'media swapped',
      expect.stringMatching(/^slot /),
    ]);
  });
});
