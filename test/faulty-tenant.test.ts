import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { expectCode, openTenantDesk, type Report, succeed, type TenantDesk } from './support/tenant-desk.ts';

const interactions = 2_000;

/** Every fault that the simulator knows, at a few percent each. */
const faults = {
  throttle: 0.02,
  serverError: 0.02,
  resetBefore: 0.02,
  resetBody: 0.02,
  cutBody: 0.02,
  html200: 0.01,
  html5xx: 0.01,
  slow: { rate: 0.02, milliseconds: 50 },
  expiredCursor: 0.02,
  denied: 0.02,
  missing: 0.02,
  mediaDenied: 0.02,
  mediaMissing: 0.02,
  locked: 0.02,
};

describe(`a tenant of ${String(interactions)} interactions with every fault switched on`, () => {
  let place: TenantDesk;
  let first: Report;

  beforeAll(async () => {
    place = await openTenantDesk({
      seed: 'faulty',
      spelling: 'mixed',
      population: { interactions, newestAgeMs: 3_600_000 },
      media: {
        kind: 'mixed',
        bytes: [4_000, 40_000],
        perInteraction: [0, 3],
        origin: 'other',
        urlSeconds: 30,
        url: 'mixed',
      },
      login: { tokenSeconds: 20 },
      faults,
    });
    await succeed(place.desk, ['init']);
    first = (await expectCode<Report>(place.desk, ['run'], 3)).document;
  }, 300_000);

  afterAll(async () => {
    await place[Symbol.asyncDispose]();
  });

  it('gives all that it gives: the report equals the truth', async () => {
    const reports = [first];
    // what failed for a while is taken by the next run; what is refused stays failed
    while (
      reports.length < 5 &&
      reports.reduce((sum, report) => sum + report.successful_archives, 0) < place.tenant.truth().given
    ) {
      reports.push((await expectCode<Report>(place.desk, ['run'], 3)).document);
    }
    const last = reports.at(-1);
    const truth = place.tenant.truth();
    expect(truth.total).toBe(interactions);
    expect(reports.reduce((sum, report) => sum + report.successful_archives, 0)).toBe(truth.given);
    expect(last?.failed_archives).toBe(truth.denied + truth.notFound);
    expect(reports.reduce((sum, report) => sum + report.media.archived, 0)).toBe(truth.media.given);
    expect(reports.reduce((sum, report) => sum + report.media.bytes, 0)).toBe(truth.media.bytes);
    expect(truth.marked).toBe(truth.given - truth.locked - (last?.marks.pending ?? 0));
  }, 300_000);

  it('was never asked for more than ten pages in any second, and never shown the token elsewhere', () => {
    const stats = place.tenant.stats();
    expect(stats.maxQueryPerSecond).toBeLessThanOrEqual(10);
    expect(stats.bearerLeaks).toBe(0);
    for (const fault of Object.keys(faults)) {
      if (fault in stats.faults) expect(stats.faults[fault]).toBeGreaterThan(0);
    }
  });

  it('verifies, and restores to the very bytes', async () => {
    const verified = await succeed<{ ok: boolean; damage: unknown[] }>(place.desk, ['verify']);
    expect(verified).toMatchObject({ ok: true, damage: [] });
    await succeed(place.desk, ['restore', '--all', '--out', 'restored']);
    const manifest = JSON.parse(await readFile(place.desk.path('restored', 'manifest.json'), 'utf8')) as {
      interactions: {
        interaction_id: string;
        files: { path: string; media_id?: string; sha256: string }[];
      }[];
    };
    const restored = new Map(manifest.interactions.map((one) => [one.interaction_id, one.files]));
    for (const row of place.tenant.truthRows({ hashes: true })) {
      if (row.available !== true) continue;
      const files = restored.get(row.id) ?? [];
      for (const medium of row.media.filter((one) => one.available === true)) {
        const file = files.find((one) => one.media_id === medium.id);
        const bytes = await readFile(place.desk.path('restored', file?.path ?? 'no such file'));
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(medium.sha256);
      }
    }
    expect(restored.size).toBe(place.tenant.truth().given);
  }, 300_000);

  it('is archived once: later runs find nothing new, and in the end ask for no detail', async () => {
    place.tenant.configure({
      denied: faults.denied,
      missing: faults.missing,
      mediaDenied: 0.02,
      mediaMissing: 0.02,
      locked: 0.02,
    });
    place.tenant.advance(61_000);
    const second = (await expectCode<Report>(place.desk, ['run'], 3)).document;
    expect(second.successful_archives).toBe(0);
    place.tenant.configure({});
    place.tenant.advance(61_000);
    await expectCode<Report>(place.desk, ['run'], 0, 3);
    let quiet: Report;
    place.tenant.advance(61_000); // no further: a clock that is off by five minutes is refused
    do {
      quiet = (await expectCode<Report>(place.desk, ['run'], 0, 3)).document;
    } while (quiet.marks.sent > 0 || quiet.failed_archives > 0);
    const before = place.tenant.stats().requests.detail;
    await succeed(place.desk, ['run']);
    expect(place.tenant.stats().requests.detail - before).toBe(0);
  }, 300_000);
});
