import { beforeAll, describe, expect, it } from '@jest/globals';

import { openArchive } from '../src/archive.ts';
import { Catalog } from '../src/catalog/catalog.ts';
import { syncCatalog } from '../src/catalog/sync.ts';
import { verifyArchive } from '../src/verify/verify-archive.ts';
import type { VerifyOptions } from '../src/verify/verify-archive.ts';
import type { VerifyReport } from '../src/verify/verify-report.ts';
import { testUnlock } from './archive-builder.ts';
import { storeWith, tinyArchive, verdictOn } from './tampering.ts';
import type { TinyArchive } from './tampering.ts';

const depths = ['structure', 'checksum', 'full'] as const;

let tiny: TinyArchive;
let foreign: TinyArchive;
beforeAll(async () => {
  tiny = await tinyArchive();
  foreign = await tinyArchive();
});

function keyOf(part: string, archive: TinyArchive = tiny): string {
  return [...archive.objects.keys()].find((key) => key.includes(part)) ?? '';
}

function two(part: string): [string, string] {
  const [one = '', other = ''] = [...tiny.objects.keys()].filter((key) => key.includes(part));
  return [one, other];
}

function bytes(key: string, archive: TinyArchive = tiny): Uint8Array {
  return archive.objects.get(key) ?? new Uint8Array();
}

async function verified(
  changes: Readonly<Record<string, Uint8Array | undefined>>,
  options: Partial<VerifyOptions> = {},
): Promise<VerifyReport> {
  const verdict = await verdictOn(await storeWith(tiny.objects, changes), options);
  if ('code' in verdict) throw new Error(verdict.code);
  return verdict.report;
}

function problems(report: VerifyReport): [string, string, string[]][] {
  return report.damage.map(({ object_key, problem, interactions }) => [
    object_key,
    problem,
    interactions.toSorted(),
  ]);
}

describe('a segment or medium', () => {
  it.each(depths)('that is missing costs its interactions (%s)', async (depth) => {
    const segment = keyOf('data/records');
    const medium = keyOf('data/media');
    const report = await verified({ [segment]: undefined, [medium]: undefined }, { depth });
    const missing = [medium, segment].map((key) => [key, 'missing', tiny.costs.get(key)]);
    expect(problems(report)).toEqual(missing);
    expect(report).toMatchObject({ ok: false, objects: { missing: 2, damaged: 0 }, media: { damaged: 1 } });
    expect(report.records.damaged).toBe(tiny.costs.get(segment)?.length);
  });

  it('that is cut anywhere has the wrong size', async () => {
    for (const key of [keyOf('data/records'), keyOf('data/media')]) {
      for (const size of [
        0,
        1,
        63,
        64,
        120,
        bytes(key).length - 57,
        bytes(key).length - 56,
        bytes(key).length - 1,
      ]) {
        const report = await verified({ [key]: bytes(key).subarray(0, size) });
        expect(problems(report)).toEqual([[key, 'size', tiny.costs.get(key)]]);
      }
    }
  });

  it('that has grown has the wrong size', async () => {
    const key = keyOf('data/records');
    const report = await verified({ [key]: Buffer.concat([bytes(key), Buffer.of(0)]) });
    expect(problems(report)).toEqual([[key, 'size', tiny.costs.get(key)]]);
  });

  it.each(depths)('that was exchanged with another is named, and so is the other (%s)', async (depth) => {
    for (const part of ['data/records', 'data/media']) {
      const [one, other] = two(part);
      const report = await verified({ [one]: bytes(other), [other]: bytes(one) }, { depth });
      expect(problems(report)).toEqual([
        [one, 'swapped', tiny.costs.get(one)],
        [other, 'swapped', tiny.costs.get(other)],
      ]);
      expect(report.damage[0]?.detail).toContain(other);
    }
  });

  it.each(depths)('of another archive in its place is found (%s)', async (depth) => {
    const key = keyOf('data/media');
    const report = await verified({ [key]: bytes(keyOf('data/media', foreign), foreign) }, { depth });
    expect(report.damage).toHaveLength(1);
    expect(report.damage[0]).toMatchObject({ object_key: key, interactions: tiny.costs.get(key) });
  });

  it('under a second name is a leftover, and no damage', async () => {
    const key = keyOf('data/media');
    const copy = key.replace(/[0-9a-f]{12}\.cxv$/, '000000000000.cxv');
    expect(await verified({ [copy]: bytes(key) })).toMatchObject({
      ok: true,
      objects: { leftover: 1, checked: 4 },
    });
  });
});

describe('the journal', () => {
  it('shows a removed entry, and what it had archived by the segments that nothing names now', async () => {
    const key = keyOf(`runs/${tiny.runs[0] ?? ''}/000001`);
    const report = await verified({ [key]: undefined });
    expect(problems(report)).toEqual([[key, 'journal-gap', ['a', 'b']]]);
    expect(report).toMatchObject({ journal: { damaged: 1, entries: 3, runs: 2 }, objects: { leftover: 2 } });
  });

  it('shows that the end of a run was removed, by its report and by the next run', async () => {
    const run = tiny.runs[0] ?? '';
    const report = await verified({ [keyOf(`runs/${run}/000002`)]: undefined });
    expect(problems(report)).toEqual([
      [`runs/${run}/000002.cxv`, 'missing', []],
      [`runs/${run}/report.cxv`, 'journal-gap', []],
    ]);
  });

  it('shows two entries that were exchanged', async () => {
    const [one, other] = two('/000001.cxv');
    const report = await verified({ [one]: bytes(other), [other]: bytes(one) });
    expect(report.ok).toBe(false);
    expect(new Set(report.damage.map(({ object_key }) => object_key))).toEqual(new Set([one, other]));
    expect(report.damage.map(({ problem }) => problem)).toContain('swapped');
  });

  it('shows a segment in the place of an entry or a report', async () => {
    const segment = bytes(keyOf('data/records'));
    for (const key of [keyOf('/000002.cxv'), keyOf('/report.cxv')]) {
      expect(problems(await verified({ [key]: segment }))).toContainEqual([key, 'swapped', []]);
    }
  });

  it('shows an entry of another archive', async () => {
    const key = keyOf('/000001.cxv');
    const report = await verified({ [key]: bytes(keyOf('/000001.cxv', foreign), foreign) });
    expect(report.damage.map(({ object_key }) => object_key)).toContain(key);
  });

  it('cannot show by itself that the newest run is gone: a remembered tip and --expect-tip do', async () => {
    const newest = [...tiny.objects.keys()].filter((key) => key.includes(tiny.runs[1] ?? '-'));
    const changes = Object.fromEntries(newest.map((key) => [key, undefined]));
    expect(await verified(changes)).toMatchObject({ ok: true, objects: { leftover: 2 } });

    const archive = await openArchive(await storeWith(tiny.objects, {}), testUnlock);
    const remembered = Catalog.open(':memory:', archive.id);
    await syncCatalog(archive, remembered);
    const [tip] = remembered.tips();
    const entry = `runs/${tiny.runs[1] ?? ''}/000001.cxv`;
    const byMemory = await verified(changes, { remembered });
    expect(problems(byMemory)).toContainEqual([entry, 'missing', ['c']]);
    const byTip = await verified(changes, { expectTip: tip?.sha256 });
    expect(problems(byTip)).toEqual([['runs/', 'missing', ['c']]]);
    expect(await verified({}, { remembered, expectTip: tip?.sha256 })).toMatchObject({ ok: true });
    remembered.close();
  });

  it('takes a run without a report, or without a final entry, as interrupted', async () => {
    const report = `runs/${tiny.runs[1] ?? ''}/report.cxv`;
    const final = `runs/${tiny.runs[1] ?? ''}/000002.cxv`;
    expect(await verified({ [report]: undefined })).toMatchObject({ ok: true });
    expect(await verified({ [report]: undefined, [final]: undefined })).toMatchObject({ ok: true });
  });

  it('counts what it does not know below runs/ as leftover', async () => {
    const name = `runs/${tiny.runs[0] ?? ''}/notes.txt`;
    expect(await verified({ [name]: Buffer.from('x') })).toMatchObject({
      ok: true,
      objects: { leftover: 1 },
    });
  });
});

describe('the keys', () => {
  const rings = (): string[] => [...tiny.objects.keys()].filter((key) => key.startsWith('keys/ring/'));

  async function dataRing(archive: TinyArchive = tiny): Promise<string> {
    const descriptor: unknown = JSON.parse(Buffer.from(bytes('cxvault.json', archive)).toString());
    const keys = [...archive.objects.keys()].filter((key) => key.startsWith('keys/ring/'));
    return keys.find((key) => !JSON.stringify(descriptor).includes(key.slice(10, 46))) ?? '';
  }

  it('that are missing cost every interaction that was sealed under them', async () => {
    const key = await dataRing();
    const report = await verified({ [key]: undefined });
    expect(report.damage).toHaveLength(1);
    expect(report.damage[0]).toMatchObject({ object_key: key, kind: 'ring', problem: 'missing' });
    const cost = report.damage[0]?.interactions ?? [];
    expect([['a', 'b'], ['c']]).toContainEqual(cost);
    expect(report).toMatchObject({ records: { damaged: cost.length }, media: { damaged: 1 } });
  });

  it.each(depths)('that were exchanged are named with their cost (%s)', async (depth) => {
    const [one = '', other = ''] = rings().slice(-2);
    const report = await verified({ [one]: bytes(other), [other]: bytes(one) }, { depth });
    const named = report.damage.map(({ object_key, kind, problem }) => [object_key, kind, problem]);
    expect(named).toEqual([
      [one, 'ring', 'swapped'],
      [other, 'ring', 'swapped'],
    ]);
    const costs = new Set(report.damage.flatMap(({ interactions }) => interactions));
    expect(costs).toEqual(new Set(['a', 'b', 'c']));
  });

  it('of another archive are named', async () => {
    const key = await dataRing();
    const report = await verified({ [key]: bytes(await dataRing(foreign), foreign) });
    expect(report.damage).toHaveLength(1);
    expect(report.damage[0]).toMatchObject({ object_key: key, kind: 'ring' });
  });

  it('in a slot that cannot be read are reported, though another slot opens the archive', async () => {
    const key = 'keys/slots/01890000-0000-7000-8000-000000000000.slot';
    const report = await verified({ [key]: Buffer.from('{"id":') });
    expect(report.damage.map(({ object_key, kind }) => [object_key, kind])).toEqual([[key, 'slot']]);
  });
});

describe('the descriptor', () => {
  it('with other bytes that still parse is found by the runs that saw it', async () => {
    const text = Buffer.from(bytes('cxvault.json')).toString();
    const report = await verified({ 'cxvault.json': Buffer.from(`${text} `) });
    expect(problems(report)).toEqual([['cxvault.json', 'checksum', []]]);
  });
});

describe('an interruption', () => {
  it('ends the verify as INTERRUPTED', async () => {
    const stop = new AbortController();
    const archive = await openArchive(await storeWith(tiny.objects, {}), testUnlock);
    const result = verifyArchive(archive, {
      archive: 'memory',
      concurrency: 1,
      signal: stop.signal,
      onProgress: () => {
        stop.abort();
      },
    });
    await expect(result).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
