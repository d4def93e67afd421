import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { open } from './simulators.ts';
import { ask } from './visitor.ts';
import type { Visitor } from './visitor.ts';

/** What a patient visitor finds: every detail, every medium, whole. */
async function crawl(visitor: Visitor) {
  const found = { total: 0, given: 0, denied: 0, notFound: 0, marked: 0 };
  const media = { total: 0, given: 0, denied: 0, notFound: 0, bytes: 0 };
  const hashes = new Map<string, string>();
  for (const { id } of await visitor.list(50)) {
    const { status } = await visitor.askDetail(id);
    found.total += 1;
    found[status === 200 ? 'given' : status === 403 ? 'denied' : 'notFound'] += 1;
    if (status !== 200) continue;
    const detail = await visitor.detail(id);
    if (detail.customFields.length > 0) found.marked += 1;
    for (const medium of detail.media) {
      const reply = await ask(medium.playbackUrl);
      media.total += 1;
      media[reply.status === 200 ? 'given' : reply.status === 403 ? 'denied' : 'notFound'] += 1;
      if (reply.status !== 200) continue;
      media.bytes += reply.body.length;
      hashes.set(medium.id, createHash('sha256').update(reply.body).digest('hex'));
    }
  }
  return { found, media, hashes };
}

describe('the truth', () => {
  it('is what an exhaustive crawl finds, in numbers and byte by byte', async () => {
    const { visitor, simulator } = await open({
      population: { interactions: 120 },
      media: { kind: 'mixed', perInteraction: [0, 3], bytes: [100, 30_000] },
      faults: { denied: 0.1, missing: 0.1, mediaDenied: 0.1, mediaMissing: 0.1, locked: 0.2 },
    });
    const rows = await visitor.list(50);
    for (const [n, { id }] of rows.entries()) {
      if (n % 3 === 0) await visitor.askMark(id);
      if (n % 7 === 0)
        await visitor.control('POST', '/__edit', { id, change: n % 2 === 0 ? 'media-add' : 'media-remove' });
      if (n % 20 === 5) await visitor.control('POST', '/__hide', { id });
    }
    await visitor.control('POST', '/__add', { count: 5 });

    const { found, media, hashes } = await crawl(visitor);
    const truth = simulator.truth();
    expect(truth).toMatchObject({ ...found, media });
    for (const number of [
      truth.denied,
      truth.notFound,
      media.denied,
      media.notFound,
      truth.locked,
      truth.marked,
    ]) {
      expect(number).toBeGreaterThan(0);
    }
    expect(truth.hidden).toEqual({ late: 0, away: 6, reopened: 0, deleted: 0 });
    expect((await visitor.control('GET', '/__truth')).json()).toMatchObject({ ...found, media });

    const lines = (await visitor.control('GET', '/__truth?full=1&hashes=1')).text.trimEnd().split('\n');
    const full = [...simulator.truthRows({ hashes: true })];
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(full.map((row) => ({ ...row })));
    expect(full).toHaveLength(truth.total);
    const told = full
      .flatMap((row) => (row.available === true ? row.media : []))
      .filter((one) => one.available === true);
    expect(new Map(told.map(({ id, sha256 }) => [id, sha256]))).toEqual(hashes);
    expect(full.map(({ id }) => id).sort()).toEqual((await visitor.list(100)).map(({ id }) => id).sort());
    expect([...simulator.truthRows({ hidden: true })]).toHaveLength(truth.total + 6);
  });

  it('does not change with faults that pass', async () => {
    const { visitor, simulator } = await open({ population: { interactions: 20 } });
    const before = { ...simulator.truth(), at: '' };
    simulator.configure({ throttle: 0.5, serverError: 0.5, cutBody: 1 });
    await visitor.askQuery().catch(() => undefined);
    expect({ ...simulator.truth(), at: '' }).toEqual(before);
  });
});

describe('the statistics', () => {
  it('count requests, statuses, bytes and details, id by id when asked', async () => {
    const { visitor } = await open({ population: { interactions: 3 }, media: { bytes: 1000 } });
    const [one, two] = (await visitor.list(100)).map(({ id }) => id);
    await visitor.detail(one ?? '');
    await visitor.detail(one ?? '');
    const { media } = await visitor.detail(two ?? '');
    await visitor.askDetail('nobody');
    await ask(media[0]?.playbackUrl ?? '');
    const stats = (await visitor.control('GET', '/__stats?details=1')).json();
    expect(stats).toMatchObject({
      requests: { token: 1, query: 1, detail: 4, media: 1, mark: 0 },
      families: { detail: { statuses: { 200: 3, 404: 1 } } },
      mediaBytes: 1000,
      detail: { requests: 4, interactions: 2, mostForOne: 2 },
      details: { [one ?? '']: 2, [two ?? '']: 1 },
    });
  });
});
