import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import type { PlatformTruthMedium, PlatformTruthRow } from '@cxvault/cxone-simulator';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { openPlatformDesk, type PlatformDesk } from './support/platform-desk.ts';
import { expectCode, type Report, succeed } from './support/tenant-desk.ts';

const contacts = 5_000;
const hour = 3_600_000;

/** Two percent of all requests fail for a while, in seven ways. */
const each = 0.003;
const faults = {
  throttle: each / 3,
  serverError: each,
  resetBefore: each,
  resetBody: each,
  cutBody: each,
  html200: each,
  html5xx: each,
};

interface Manifest {
  readonly interactions: readonly {
    readonly interaction_id: string;
    readonly files: readonly { readonly path: string; readonly media_id?: string; readonly sha256: string }[];
  }[];
}

describe(`a tenant of ${String(contacts)} master contacts with every quirk and 2 % faults`, () => {
  let place: PlatformDesk;

  beforeAll(async () => {
    place = await openPlatformDesk({
      seed: 'platform',
      population: { interactions: contacts, newestAgeMs: 2 * hour },
      media: { bytes: [2_000, 20_000] },
      faults,
      platform: {
        playbackLimit: { requests: 0 },
        contacts: { bigFileBytes: 400_000, lateRecording: 0 },
        list: { maxRangeMs: 7 * 24 * hour },
      },
    });
    await succeed(place.desk, ['init']);
  }, 300_000);

  afterAll(async () => {
    await place[Symbol.asyncDispose]();
  });

  it('is archived although the run is killed twice on the way', async () => {
    for (const life of [8_000, 20_000]) {
      const child = place.desk.start(['run', '--json']);
      const ended = once(child, 'exit');
      await pause(life); // the length of a life, not a wait for something to happen
      child.kill('SIGKILL');
      await ended;
    }
    let report: Report;
    let runs = 0;
    do {
      report = (await expectCode<Report>(place.desk, ['run'], 0, 3)).document;
      runs += 1;
    } while ((report.failed_archives > 0 || report.marks.pending > 0) && runs < 5);
    expect(report.failed_records).toEqual([]);
    expect(report.marks.pending).toBe(0);
  }, 900_000);

  it('verifies, and restores to what the tenant has, by id, count and bytes', async () => {
    const verified = await succeed<{ ok: boolean; damage: unknown[] }>(place.desk, ['verify']);
    expect(verified).toMatchObject({ ok: true, damage: [] });
    await succeed(place.desk, ['restore', '--all', '--out', 'restored']);
    const manifest = JSON.parse(
      await readFile(place.desk.path('restored', 'manifest.json'), 'utf8'),
    ) as Manifest;
    const restored = new Map(manifest.interactions.map((one) => [one.interaction_id, one.files]));
    const truth = [...place.tenant.truthRows({ hashes: true, values: true })];
    expect([...restored.keys()].sort()).toEqual(truth.map(({ id }) => id).sort());
    const wrong: string[] = [];
    for (const row of truth) wrong.push(...(await differences(row, restored.get(row.id) ?? [])));
    expect(wrong).toEqual([]);
  }, 600_000);

  it('was never shown the token elsewhere', () => {
    expect(place.tenant.stats().bearerLeaks).toBe(0);
  });

  it('is marked wherever it can be', () => {
    const unmarked = [...place.tenant.truthRows()].filter((row) => row.markable && row.marked !== 'archived');
    expect(unmarked.map(({ id }) => id)).toEqual([]);
  });

  it('costs no playback in the run after the marks, nor any other detail', async () => {
    place.tenant.configure({});
    place.tenant.advance(61_000);
    const before = place.tenant.stats().requests;
    const report = await succeed<Report>(place.desk, ['run']);
    const after = place.tenant.stats().requests;
    expect(report.successful_archives).toBe(0);
    for (const family of ['playback', 'detail', 'media', 'digital', 'mark'] as const)
      expect([family, after[family] - before[family]]).toEqual([family, 0]);
  }, 300_000);

  /** What a restored interaction lacks, or has otherwise. */
  async function differences(
    row: PlatformTruthRow,
    files: Manifest['interactions'][number]['files'],
  ): Promise<string[]> {
    const media = files.filter((file) => file.media_id !== undefined);
    const expected = row.media.filter((medium) => medium.available === true);
    const wrong =
      expected.length === media.length
        ? []
        : [`${row.id}: ${String(media.length)} of ${String(expected.length)}`];
    const hashes = new Set<string>();
    const documents: unknown[] = [];
    for (const { path, sha256 } of media) {
      const bytes = await readFile(place.desk.path('restored', path));
      if (createHash('sha256').update(bytes).digest('hex') !== sha256)
        wrong.push(`${path}: not its own hash`);
      hashes.add(sha256);
      if (path.endsWith('.json')) documents.push(withoutLinks(JSON.parse(bytes.toString('utf8'))));
    }
    for (const medium of expected) {
      if (!isThere(medium, hashes, documents)) wrong.push(`${row.id}: ${medium.id} (${medium.kind})`);
    }
    return wrong;
  }
});

describe('a tenant whose answers fail now and then', () => {
  it('is asked for each medium, and for the playback of each master, once', async () => {
    await using place = await openPlatformDesk({
      seed: 'thrift',
      population: { interactions: 600, newestAgeMs: 2 * hour },
      media: { bytes: [2_000, 20_000] },
      faults,
      platform: { playbackLimit: { requests: 0 }, contacts: { bigFileBytes: 400_000 } },
    });
    await succeed(place.desk, ['init']);
    await expectCode<Report>(place.desk, ['run'], 0, 3);
    const { kinds } = place.tenant.stats();
    const once = ['playback', 'media', 'file', 'dfo-attachment', 'dfo-messages'];
    const transcripts = ['chat-transcript', 'email-transcript', 'sms-transcripts'];
    for (const kind of [...once, ...transcripts]) {
      expect([kind, (kinds[kind]?.requests ?? 0) > 0]).toEqual([kind, true]);
      expect([kind, kinds[kind]?.wholeTwice]).toEqual([kind, 0]);
    }
  }, 300_000);
});

/** The truth is silent about the links of pages. */
function withoutLinks(document: unknown): unknown {
  if (typeof document !== 'object' || document === null) return document;
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== '_links'));
}

/** Files by their bytes; transcripts, whose addresses lose their queries, by what they say. */
function isThere(
  medium: PlatformTruthMedium,
  hashes: ReadonlySet<string>,
  documents: readonly unknown[],
): boolean {
  if (medium.value === undefined) return hashes.has(medium.sha256 ?? '');
  const said: unknown = JSON.parse(JSON.stringify(medium.value));
  return documents.some((document) => isDeepStrictEqual(document, said));
}
