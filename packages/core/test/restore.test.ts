import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '@cxvault/storage-testkit';

import { openArchive } from '../src/archive.ts';
import { Catalog } from '../src/catalog/catalog.ts';
import { syncCatalog } from '../src/catalog/sync.ts';
import { restoreInteractions } from '../src/restore/restore-interactions.ts';
import type { RestoreOptions } from '../src/restore/restore-interactions.ts';
import type { RestoreReport } from '../src/restore/restore-report.ts';
import { ArchiveBuilder, sha256Of, testUnlock } from './archive-builder.ts';
import { flipped, objectsOf, storeWith } from './tampering.ts';
import type { Objects } from './tampering.ts';

const wav = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), Buffer.alloc(50_000, 'wave')]);
const old = Buffer.from('the first recording');
const evil = '../../../escape';
let objects: Objects;
let segment = '';
let wavObject = '';
let base = '';
let out = '';
let count = 0;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'cxvault-restore-'));
  const store = new MemoryStore();
  const builder = await ArchiveBuilder.create({ store });
  const first = builder.run();
  const { archived } = await first.archive([
    { id: 'old', media: [{ id: 'rec', content: old, contentType: 'audio/mpeg' }] },
    {
      id: evil,
      media: [
        { id: '..', content: Buffer.from('x') },
        { id: 'record', content: Buffer.from('{}'), format: 'json' },
      ],
    },
  ]);
  const second = await first.archive([
    { id: 'new', created: '2026-02-03T23:59:59.999Z', media: [{ id: 'rec', content: wav }] },
    { id: 'plain', created: '2026-02-04T00:00:00.000Z' },
    ...Array.from({ length: 8 }, (_, n) => ({ id: `more${n}`, created: '2026-02-05T00:00:00.000Z' })),
  ]);
  segment = second.segment;
  wavObject = second.archived[0]?.media[0]?.object_key ?? '';
  const updated = '2026-03-01T00:00:00.000Z';
  await first.archive([{ id: 'old', updated, carried: archived[0]?.media ?? [], payload: { version: '2' } }]);
  await first.archive([{ id: 'gone' }]);
  await first.append({ erased: [{ interaction_id: 'gone', objects: [], at: updated, reason: 'asked' }] });
  await first.finish();
  objects = await objectsOf(store);
});

beforeEach(() => {
  count += 1;
  out = join(base, String(count));
});

afterAll(async () => {
  await rm(base, { recursive: true });
});

async function restored(
  options: Partial<RestoreOptions>,
  changes: Readonly<Record<string, Uint8Array | undefined>> = {},
): Promise<RestoreReport> {
  const archive = await openArchive(await storeWith(objects, changes), testUnlock);
  const catalog = Catalog.open(':memory:', archive.id);
  await syncCatalog(archive, catalog);
  try {
    return await restoreInteractions(archive, catalog, { out, ...options });
  } finally {
    catalog.close();
  }
}

async function files(): Promise<string[]> {
  const found = await readdir(out, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1))
    .filter((name) => !name.startsWith('manifest'))
    .sort();
}

async function json(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(out, path), 'utf8'));
}

describe('restore', () => {
  it('writes the newest version of everything, media that were carried over included', async () => {
    const report = await restored({ all: true });
    expect(report).toMatchObject({
      interactions: 12,
      files: 16,
      unchanged: 0,
      failed: [],
      missing: [],
      erased: [],
    });
    expect(await readFile(join(out, '2026-02-03/new/rec.wav'))).toEqual(wav);
    expect(await readFile(join(out, '2026-01-01/old/rec.mp3'))).toEqual(old);
    expect(await json('2026-01-01/old/record.json')).toMatchObject({ source: { payload: { version: '2' } } });
    expect((await files()).some((name) => name.includes('gone'))).toBe(false);
  });

  it('never leaves the folder, and lets no medium take the name of the record', async () => {
    await restored({ ids: [evil] });
    expect(await files()).toEqual([
      '2026-01-01/%2E.%2F..%2F..%2Fescape/%2E%2E.bin',
      '2026-01-01/%2E.%2F..%2F..%2Fescape/%72ecord.json',
      '2026-01-01/%2E.%2F..%2F..%2Fescape/record.json',
    ]);
    expect(await json('2026-01-01/%2E.%2F..%2F..%2Fescape/record.json')).toMatchObject({
      interaction_id: evil,
    });
  });

  it('gives files and folders to their owner only', async () => {
    await restored({ ids: ['new'] });
    expect((await lstat(join(out, '2026-02-03/new/rec.wav'))).mode & 0o777).toBe(0o600);
    expect((await lstat(join(out, '2026-02-03/new/record.json'))).mode & 0o777).toBe(0o600);
    expect((await lstat(join(out, 'manifest.json'))).mode & 0o777).toBe(0o600);
    for (const folder of ['.', '2026-02-03', '2026-02-03/new']) {
      expect((await lstat(join(out, folder))).mode & 0o777).toBe(0o700);
    }
  });

  it('writes a manifest that tells each file and its SHA-256', async () => {
    await restored({ ids: ['new', 'unknown', 'gone'] });
    const record = await readFile(join(out, '2026-02-03/new/record.json'));
    expect(await json('manifest.json')).toMatchObject({
      interactions: [
        {
          interaction_id: 'new',
          files: [
            { path: '2026-02-03/new/record.json', bytes: record.length, sha256: sha256Of(record) },
            { path: '2026-02-03/new/rec.wav', bytes: wav.length, sha256: sha256Of(wav), media_id: 'rec' },
          ],
          failed: [],
        },
      ],
      missing: ['unknown'],
      erased: ['gone'],
    });
  });

  it('names ids that are unknown or erased', async () => {
    expect(await restored({ ids: ['unknown', 'gone', 'plain', 'plain'] })).toMatchObject({
      interactions: 1,
      missing: ['unknown'],
      erased: ['gone'],
    });
  });

  it('takes [since, until) of created times', async () => {
    await restored({ since: '2026-02-03T23:59:59.999Z', until: '2026-02-04T00:00:00.000Z' });
    expect(await files()).toEqual(['2026-02-03/new/rec.wav', '2026-02-03/new/record.json']);
  });

  it('keeps what is there already, and does not fetch it again', async () => {
    await restored({ ids: ['new'] });
    const again = await restored({ ids: ['new'] }, { [wavObject]: undefined });
    expect(again).toMatchObject({ interactions: 1, files: 0, bytes: 0, unchanged: 2, failed: [] });
    expect((await readdir(out)).filter((name) => name.startsWith('manifest'))).toHaveLength(2);
  });

  it('never replaces a file with other content', async () => {
    await mkdir(join(out, '2026-02-03/new'), { recursive: true });
    await writeFile(join(out, '2026-02-03/new/rec.wav'), 'mine');
    const report = await restored({ ids: ['new'] });
    expect(report.failed).toMatchObject([{ interaction_id: 'new', media_id: 'rec' }]);
    expect(report.failed[0]?.reason).toContain('rec.wav exists');
    expect(await readFile(join(out, '2026-02-03/new/rec.wav'), 'utf8')).toBe('mine');
    expect(await files()).toEqual(['2026-02-03/new/rec.wav', '2026-02-03/new/record.json']);
  });

  it('does not follow a link that leads out of the folder', async () => {
    const outside = join(base, `outside${count}`);
    await mkdir(outside);
    await mkdir(out);
    await symlink(outside, join(out, '2026-02-03'));
    const report = await restored({ ids: ['new'] });
    expect(report.failed.length).toBeGreaterThan(0);
    expect(await readdir(outside)).toEqual([]);
  });

  it('needs exactly one choice', async () => {
    for (const options of [{}, { all: true, ids: ['a'] }, { all: true, since: '2026-01-01' }]) {
      await expect(restored(options)).rejects.toMatchObject({ code: 'USAGE' });
    }
  });
});

describe('restore of a damaged archive', () => {
  it('leaves no file of a medium that fails, names it, and goes on', async () => {
    const bytes = objects.get(wavObject) ?? new Uint8Array();
    const changed = flipped(bytes, bytes.length - 400, 1);
    const report = await restored({ all: true }, { [wavObject]: changed });
    expect(report).toMatchObject({ interactions: 11, failed: [{ interaction_id: 'new', media_id: 'rec' }] });
    expect(await readdir(join(out, '2026-02-03/new'))).toEqual(['record.json']);
    expect((await readdir(out, { recursive: true })).filter((name) => name.includes('part'))).toEqual([]);
  });

  it('names every interaction of a segment that is gone', async () => {
    const report = await restored({ all: true }, { [segment]: undefined });
    expect(report.failed).toHaveLength(10);
    expect(report.failed[0]?.reason).toContain('missing');
    expect(report.interactions).toBe(2);
  });

  it('reads no more of a segment than one record needs', async () => {
    const archive = await openArchive(await storeWith(objects, {}), testUnlock);
    const catalog = Catalog.open(':memory:', archive.id);
    await syncCatalog(archive, catalog);
    let read = 0;
    const get = archive.store.get.bind(archive.store);
    archive.store.get = (key, options) => {
      if (key === segment) read += options?.range?.length ?? Infinity;
      return get(key, options);
    };
    await restoreInteractions(archive, catalog, { out, ids: ['plain'] });
    expect(read).toBeLessThanOrEqual(objects.get(segment)?.length ?? 0);
    expect(await files()).toEqual(['2026-02-04/plain/record.json']);

    // all of it in one walk: less than two reads of the whole
    read = 0;
    await restoreInteractions(archive, catalog, { out, all: true });
    catalog.close();
    expect(read).toBeLessThanOrEqual((objects.get(segment)?.length ?? 0) * 2);
  });
});

describe('restore of an archive whose journal says something else', () => {
  it('gives no name to a medium whose original is not the one of the journal', async () => {
    const store = new MemoryStore();
    const builder = await ArchiveBuilder.create({ store });
    const claimed = { sha256: '0'.repeat(64) };
    await builder.run().archive([{ id: 'a', media: [{ id: 'm', content: wav, claimed }] }]);
    const catalog = Catalog.open(':memory:', builder.archive.id);
    await syncCatalog(builder.archive, catalog);
    const report = await restoreInteractions(builder.archive, catalog, { out, all: true });
    catalog.close();
    expect(report.failed).toMatchObject([{ interaction_id: 'a', media_id: 'm' }]);
    expect(report.failed[0]?.reason).toContain('digest');
    expect(await files()).toEqual(['2026-01-01/a/record.json']);
  });
});

describe('restore where writing fails', () => {
  it('says OUTPUT_FAILED when the folder cannot be made', async () => {
    await writeFile(out, 'a file');
    await expect(restored({ all: true })).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
  });

  it('ends as INTERRUPTED, without parts of files', async () => {
    const stop = new AbortController();
    const result = restored({
      all: true,
      signal: stop.signal,
      onProgress: () => {
        stop.abort();
      },
    });
    await expect(result).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await readdir(out, { recursive: true })).filter((name) => name.includes('part'))).toEqual([]);
  });
});
