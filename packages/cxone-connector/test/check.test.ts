import type { CapabilityReport } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import { json, startServer } from './scripted-server.ts';
import { answer, queryPath, startTenant, tokenAnswer } from './tenant.ts';
import type { TestTenant } from './tenant.ts';

const states = ({ checks }: CapabilityReport): object =>
  Object.fromEntries(checks.map(({ name, state }) => [name, state]));

/** Answers the list with a `Date` that differs so much from our clock. */
function listAt(tenant: TestTenant, differenceMs: number): void {
  const date = new Date(tenant.clock.now() + differenceMs).toUTCString();
  tenant.on(queryPath, answer({ data: [] }, 200, { date }));
}

describe('check', () => {
  it('asks for a page, as the API documents it, and reports all that a run needs', async () => {
    await using tenant = await startTenant();
    listAt(tenant, 2000);
    const report = await (await tenant.open()).check();
    expect(states(report)).toEqual({ login: 'ok', scopes: 'ok', list: 'ok', marker: 'ok', clock: 'ok' });
    expect(report.clock).toEqual({ api: tenant.clock.now() + 2000, ours: tenant.clock.now() });
    expect(JSON.parse(tenant.seen(queryPath)[0]?.body ?? '')).toEqual({
      type: 'interaction',
      filter: 'status:closed',
      orderBy: 'updatedTime desc',
      pageSize: 100,
    });
  });

  it('names what is missing, each with its remedy', async () => {
    await using tenant = await startTenant();
    tenant.on('/oauth/token', answer(tokenAnswer('t', { scope: 'recordings:read' })));
    const date = new Date(tenant.clock.now() - 301_000).toUTCString();
    tenant.on(queryPath, answer({}, 403, { date }));
    const report = await (await tenant.open({ markerField: undefined })).check();
    expect(states(report)).toEqual({
      login: 'ok',
      scopes: 'missing',
      list: 'missing',
      marker: 'missing',
      clock: 'missing',
    });
    const remedies = report.checks.slice(1).map(({ hint }) => hint);
    expect(remedies).toEqual([
      'grant the client interactions:read and customfields:write in CXone',
      'grant the client the scope interactions:read in CXone',
      expect.stringContaining('CXONE_ARCHIVAL_FIELD_ID'),
      expect.stringContaining('clock'),
    ]);
  });

  it('misses no scope for what is not wanted', async () => {
    await using tenant = await startTenant();
    tenant.on('/oauth/token', answer(tokenAnswer('t', { scope: 'interactions:read' })));
    listAt(tenant, 0);
    const source = await tenant.open();
    expect(states(await source.check({ media: false, mark: false }))).toMatchObject({ scopes: 'ok' });
    const { checks } = await source.check({ media: false });
    expect(checks.find(({ name }) => name === 'scopes')?.detail).toBe('not granted: customfields:write');
  });

  it('says what it cannot know', async () => {
    await using tenant = await startTenant();
    tenant.on('/oauth/token', answer({ access_token: 't', token_type: 'Bearer' }));
    tenant.on(queryPath, (_, response) => {
      response.sendDate = false;
      json(response, { data: [] });
    });
    const source = await tenant.open();
    const report = await source.check();
    expect(states(report)).toMatchObject({ scopes: 'unknown', clock: 'unknown' });
    expect(report.clock).toBeUndefined();
    expect(source.now()).toBeUndefined();
  });

  it('throws when the system does not answer', async () => {
    await using tenant = await startTenant();
    tenant.on(queryPath, answer({}, 502));
    await expect((await tenant.open()).check()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  });
});

describe('now', () => {
  it("is the API's clock, carried on by ours, and not another server's", async () => {
    await using tenant = await startTenant();
    listAt(tenant, 3_600_000);
    const source = await tenant.open();
    expect(source.now()).toBeUndefined();
    const at = tenant.clock.now();
    await source.check();
    const cdn = await startServer(answer('sound', 200, { date: 'Sun, 01 Mar 2020 00:00:00 GMT' }));
    const medium = { mediaId: 'm', url: cdn.origin, type: 'transcript', format: 'json' };
    const rest = { durationMs: undefined, playbackUrl: undefined, createdTime: undefined };
    await source.openMedia('a', { ...medium, ...rest });
    await cdn.close();
    tenant.clock.advance(1500);
    expect(source.now()).toBe(at + 3_600_000 + 1500);
  });
});
