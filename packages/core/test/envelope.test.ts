import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from '@jest/globals';
import { openEnvelope } from '@cxvault/crypto-codec';
import { Secret } from '@cxvault/plugin-api';
import { MemoryStore } from '@cxvault/storage-testkit';

import { type EnvelopeRunOptions, runEnvelope } from '../src/envelope-run.ts';
import type { RunReport } from '../src/run/report.ts';
import { verifyEnvelopes } from '../src/verify/verify-envelopes.ts';
import { bytesOf, keysOf } from './archive-builder.ts';
import { ModelTenant } from './model/model-tenant.ts';
import { hideSecrets } from './model/schedule.ts';
import { flipped } from './tampering.ts';
import { VirtualClock } from './virtual-clock.ts';

const password = new Secret('correct horse battery staple');

function tenantOf(interactions: number, punctual: boolean): ModelTenant {
  const clock = new VirtualClock(Date.parse('2026-05-01T00:00:00.000Z'), { selfMoving: true });
  let state = 7;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const habits = { random, settlingLag: 0, punctual };
  const tenant = new ModelTenant({ ...habits, clock, skew: 0, pace: 300, resolution: 1, pageSize: 100 });
  for (let n = 0; n < interactions; n += 1) tenant.add();
  return tenant;
}

function optionsOf(source: ModelTenant, store: MemoryStore): EnvelopeRunOptions {
  return { source, store, password, archiveUrl: 'memory', hideSecrets, clock: source.options.clock };
}

async function idsIn(store: MemoryStore, key: string): Promise<string[]> {
  let text = '';
  for await (const chunk of await openEnvelope(await bytesOf(store, key), password))
    text += Buffer.from(chunk).toString();
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { interaction_id: string }).interaction_id);
}

describe('a run in the form of the tutorial', () => {
  const store = new MemoryStore();
  const tenant = tenantOf(2_100, false);
  let report: RunReport;

  beforeAll(async () => {
    tenant.trouble = 0.02;
    const result = await runEnvelope(optionsOf(tenant, store));
    expect(result.error).toBeUndefined();
    report = result.report;
  });

  it('stores each interaction that the list shows once, and names those that fail', async () => {
    const keys = await keysOf(store);
    expect(keys.every((key) => /^archive_[0-9a-f]{32}\.enc\.gz$/.test(key))).toBe(true);
    const stored = (await Promise.all(keys.map((key) => idsIn(store, key)))).flat();
    expect(new Set(stored).size).toBe(stored.length);
    const failed = report.failed_records.map(({ interaction_id }) => interaction_id);
    const visible = [...tenant.interactions.values()].filter(
      (one) => one.visibleAt <= Date.parse('2026-05-01T00:00:00Z'),
    );
    const given = new Set([...stored, ...failed]);
    expect(visible.filter(({ id }) => !given.has(id))).toEqual([]);
    for (const id of stored) expect(tenant.interactions.get(id)?.refusal.until).not.toBe(Infinity);
  });

  it('puts up to 1,000 records into an envelope', async () => {
    const sizes = await Promise.all(
      (await keysOf(store)).map(async (key) => (await idsIn(store, key)).length),
    );
    expect(Math.max(...sizes)).toBe(1_000);
  });

  it('reports in the shape of the completion report', () => {
    expect(report.total_interactions).toBe(report.successful_archives + report.failed_archives);
    expect(report.successful_archives).toBe(report.archived_records.length);
    expect(report.failed_archives).toBeGreaterThan(0);
    expect(report.retried_and_succeeded).toBeGreaterThan(0);
    expect(report).toMatchObject({ windows: [], tips: [], archive: 'memory', profile: 'interactions' });
    expect(report.bytes.stored).toBeGreaterThan(0);
  });

  it('marks what it stored, and nothing else', () => {
    const stored = new Set(report.archived_records.map(({ interaction_id }) => interaction_id));
    const marked = [...tenant.interactions.values()].filter(({ marks }) => marks > 0);
    expect(marked.filter(({ id }) => !stored.has(id))).toEqual([]);
    expect(report.marks.sent).toBe(marked.length);
    expect(report.marks.sent + report.marks.failed.length + report.marks.pending).toBe(stored.size);
  });

  it('passes the verify of envelopes', async () => {
    expect(await verifyEnvelopes(store, password, { archive: 'memory' })).toMatchObject({
      ok: true,
      records: { checked: report.successful_archives, damaged: 0 },
      objects: { checked: (await keysOf(store)).length, leftover: 0 },
    });
  });

  it('does not miss a row that slips past while the list is read', async () => {
    const source = tenantOf(250, true);
    let requests = 0;
    source.onRequest = () => {
      requests += 1;
      // a row of the first page leaves: every later row moves up by one, the 101st past the reader
      const gone = source.interactions.get('i-0');
      if (requests === 1 && gone) gone.hiddenUntil = Infinity;
    };
    const other = new MemoryStore();
    const { report: result } = await runEnvelope(optionsOf(source, other));
    expect(result.successful_archives).toBeGreaterThanOrEqual(249);
    expect(result.failed_archives).toBe(0);
  });

  it('stores what it has fetched when it is interrupted', async () => {
    const other = new MemoryStore();
    const stop = new AbortController();
    const source = tenantOf(200, true);
    const fetch = source.fetch.bind(source);
    source.fetch = (id) => {
      if (source.fetched.length === 100) stop.abort();
      return fetch(id);
    };
    const run = { ...optionsOf(source, other), signal: stop.signal };
    const { report: partial, error } = await runEnvelope(run);
    expect(error).toMatchObject({ code: 'INTERRUPTED' });
    expect(partial.error?.code).toBe('INTERRUPTED');
    expect(partial.successful_archives).toBeGreaterThanOrEqual(90);
    expect((await idsIn(other, (await keysOf(other))[0] ?? '')).length).toBe(partial.successful_archives);
  });
});

describe('the verify of envelopes', () => {
  const folder = join(import.meta.dirname, '../../crypto-codec/test/vectors/seed-envelope');
  const single = 'archive_single.enc.gz';

  async function storeOf(changes: (bytes: Buffer) => Buffer): Promise<MemoryStore> {
    const store = new MemoryStore();
    const bytes = await readFile(join(folder, single));
    await store.put(`2026/${single}`, bytes);
    await store.put(single, changes(bytes));
    return store;
  }

  it("passes the tutorial's own files, and counts what is none", async () => {
    const store = await storeOf((bytes) => bytes);
    await store.put('readme.txt', Buffer.from('x'));
    const report = await verifyEnvelopes(store, password, { archive: 'memory' });
    expect(report).toMatchObject({ ok: true, objects: { checked: 2, leftover: 1 }, records: { checked: 2 } });
  });

  it('names what was changed or cut', async () => {
    for (const change of [
      (bytes: Buffer) => Buffer.from(bytes.toString().replace(/"ciphertext": "..../, '"ciphertext": "AAAA')),
      (bytes: Buffer) => bytes.subarray(0, bytes.length - 20),
      (bytes: Buffer) => flipped(bytes, 0, 1),
      () => Buffer.alloc(0),
    ]) {
      const report = await verifyEnvelopes(await storeOf(change), password, { archive: 'memory' });
      expect(report.damage.map(({ object_key }) => object_key)).toEqual([single]);
      expect(report).toMatchObject({ ok: false, objects: { checked: 2, damaged: 1 } });
    }
  });

  it('takes a password that opens none of several as wrong', async () => {
    const store = await storeOf((bytes) => bytes);
    const result = verifyEnvelopes(store, new Secret('another'), { archive: 'memory' });
    await expect(result).rejects.toMatchObject({ code: 'KEY_WRONG' });
  });

  it('says that there are none', async () => {
    const result = verifyEnvelopes(new MemoryStore(), password, { archive: 'memory' });
    await expect(result).rejects.toMatchObject({ code: 'ARCHIVE_NOT_FOUND' });
  });
});
