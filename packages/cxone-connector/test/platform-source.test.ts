import type { FetchOptions, InteractionSource, JsonObject, SourceInteraction } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import { answer } from './tenant.ts';
import { played } from './platform-rows.ts';
import { acdPath, startPlatform } from './platform-tenant.ts';
import type { PlatformTenant } from './platform-tenant.ts';

const listPath = `${acdPath}/contacts/completed`;
const filesPath = `${acdPath}/contacts/100/files`;
const playbackPath = '/media-playback/v1/contacts';
const businessPath = '/business-data-manager/v1/business-data/contact/100';
const fieldsPath = (number: string): string => `/dfo/3.0/contacts/${number}/custom-fields`;
const window = { lane: 'update', from: '2026-02-20T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' } as const;
const hour = 3_600_000; // milliseconds

function contact(contactId: string, rest: JsonObject = {}): JsonObject {
  const start = { contactStartDate: '2026-02-28T10:00:00.000Z', totalDurationSeconds: 600 };
  const updated = { lastUpdateTime: '2026-02-28T10:15:00.000Z' };
  return { contactId, masterContactId: '100', mediaTypeId: 4, isLogged: true, ...start, ...updated, ...rest };
}

/** A tenant with one contact, whose files are denied; and a source of it. */
async function startReadable(): Promise<PlatformTenant & { source: InteractionSource }> {
  const tenant = await startPlatform();
  tenant.api
    .on(`${acdPath}/contacts/100`, answer(contact('100')))
    .on(`${acdPath}/contacts/100/custom-data`, answer({ contactCustomData: [] }))
    .on(`${acdPath}/contacts/100/state-history`, answer({ contactStateHistory: [] }))
    .on(filesPath, answer({}, 403))
    .on(playbackPath, answer({ interactions: [] }));
  const source = tenant.open({ markerField: 'archived_by', volatileFields: ['agentMood'] });
  return Object.assign(tenant, { source });
}

type Readable = Awaited<ReturnType<typeof startReadable>>;

/** Has these rows listed; the API counts `more` than them. */
async function list({ api, source }: Readable, rows: readonly JsonObject[], more = 0): Promise<void> {
  api.on(listPath, answer({ totalRecords: rows.length + more, completedContacts: rows }));
  for await (const page of source.list(window)) expect(page).toHaveProperty('rows');
}

async function fetch({ source }: Readable, options: FetchOptions = {}): Promise<SourceInteraction> {
  const fetched = await source.fetch('100', options);
  if ('unavailable' in fetched) throw new Error(fetched.unavailable.reason);
  return fetched;
}

function versionOf({ payload, legs = [] }: SourceInteraction): FetchOptions['previous'] {
  return { legs: legs.map(({ id }) => id), payload: () => Promise.resolve(payload) };
}

const pathsSince = ({ api }: Readable, n: number): string[] =>
  api
    .seen()
    .slice(n)
    .map(({ url }) => url.split('?')[0] ?? '');

describe('an interaction that is archived', () => {
  it('costs no call after our own mark and a volatile field, and stays the same', async () => {
    await using tenant = await startReadable();
    await list(tenant, [contact('100')]);
    const before = await fetch(tenant);
    expect(before.payload).toHaveProperty(['details', '100', 'customData']);
    const moved = { lastUpdateTime: '2026-02-28T12:00:00.000Z', archived_by: 'cxvault', agentMood: 'fine' };
    await list(tenant, [contact('100', moved)]);
    const [asked, listedAt] = [tenant.api.seen().length, tenant.source.now()];
    tenant.clock.advance(hour);
    const after = await fetch(tenant, { previous: versionOf(before) });
    expect(pathsSince(tenant, asked)).toEqual([]);
    expect(after.payload).toEqual({ ...before.payload, contacts: [contact('100', moved)] });
    expect(after.contentDigest([])).toBe(before.contentDigest([]));
    expect(after.fetchedAt).toBe(listedAt);
  });

  it('is asked for whole when that is wanted, with what was denied', async () => {
    await using tenant = await startReadable();
    await list(tenant, [contact('100')]);
    const previous = versionOf(await fetch(tenant));
    const asked = tenant.api.seen().length;
    tenant.api.on(filesPath, answer({ files: [] }));
    const { payload } = await fetch(tenant, { previous, again: true });
    expect(pathsSince(tenant, asked)).toEqual(expect.arrayContaining([filesPath, playbackPath]));
    expect(payload).toMatchObject({ details: { 100: { files: { files: [] } } } });
    expect(payload).not.toHaveProperty('absent');
  });

  it('costs no playback where only documents are missing, and tells that they are given now', async () => {
    await using tenant = await startReadable();
    await list(tenant, [contact('100')]);
    const previous = versionOf(await fetch(tenant));
    const missing = ['files-100'];
    const asked = tenant.api.seen().length;
    const denied = await fetch(tenant, { previous, again: true, missing });
    tenant.api.on(filesPath, answer({ files: [] }));
    const given = await fetch(tenant, { previous, again: true, missing });
    expect(pathsSince(tenant, asked)).not.toContain(playbackPath);
    expect([denied.allowed, given.allowed]).toEqual([false, true]);
    await fetch(tenant, { previous, again: true, missing: [...missing, 'recording'] });
    expect(pathsSince(tenant, asked)).toContain(playbackPath);
  });

  it('tells that recordings are given now, also where there are none', async () => {
    await using tenant = await startReadable();
    await list(tenant, [contact('100')]);
    tenant.api.on(playbackPath, answer({}, 403));
    const previous = versionOf(await fetch(tenant));
    tenant.api.on(playbackPath, answer({}, 404));
    expect((await fetch(tenant, { previous, again: true, missing: ['recording'] })).allowed).toBe(true);
    expect((await fetch(tenant)).allowed).toBe(false);
  });

  it('is the same when only a hierarchy has come', async () => {
    await using tenant = await startReadable();
    const before = await fetch(tenant);
    tenant.api.on(`${acdPath}/contacts/100/hierarchy`, answer({ masterContactId: '100', childContacts: [] }));
    const after = await fetch(tenant, { previous: versionOf(before), again: true });
    expect(after.payload).toHaveProperty('hierarchy');
    expect(after.contentDigest([])).toBe(before.contentDigest([]));
  });

  it('is asked for by the legs that are journalled where its record cannot be read', async () => {
    await using tenant = await startReadable();
    tenant.api.on(`${acdPath}/contacts/104`, answer(contact('104')));
    const previous = { legs: ['100', '104'], payload: () => Promise.resolve(undefined) };
    expect((await fetch(tenant, { previous })).legs?.map(({ id }) => id)).toEqual(['100', '104']);
  });
});

describe('an interaction that is not given', () => {
  it.each<[string, string, object, number]>([
    ['without an id that can be asked for', '..', { reason: 'refused', permanent: false }, 0],
    ['that CXone has not', '200', { reason: 'not-found', status: 404, permanent: true }, 2],
    ['that fails', '300', { reason: 'server-error', status: 500, permanent: false }, 5],
  ])('%s says why', async (_, id, unavailable, calls) => {
    await using tenant = await startReadable();
    tenant.api.on(`${acdPath}/contacts/300`, answer({}, 500));
    expect(await tenant.source.fetch(id)).toMatchObject({ unavailable });
    expect(tenant.api.seen()).toHaveLength(calls);
  });
});

describe('media', () => {
  it('whose addresses expired together share one playback call', async () => {
    await using tenant = await startReadable();
    const interactions = ['s1', 's2'].map((segment) => played(segment, `${tenant.api.origin}/rec/2`));
    tenant.api
      .on('/rec/1', answer({}, 403))
      .on('/rec/2', (_, response) => response.end('a recording'))
      .on(playbackPath, answer({ interactions }));
    for (const mediaId of ['s1', 's2']) {
      const nothing = {
        durationMs: undefined,
        format: undefined,
        playbackUrl: undefined,
        createdTime: undefined,
      };
      const medium = { mediaId, type: 'recording', url: `${tenant.api.origin}/rec/1`, ...nothing };
      expect(await tenant.source.openMedia('100', medium)).toHaveProperty('body');
    }
    expect(tenant.api.seen(playbackPath)).toHaveLength(1);
  });
});

describe('warnings', () => {
  it('tell of lists and of rights', async () => {
    await using tenant = await startReadable();
    await list(tenant, [contact('100')], 1);
    await fetch(tenant);
    expect(tenant.source.warnings?.()).toEqual([
      expect.stringContaining('CXone counts more contacts that have changed than it lists'),
      expect.stringContaining('files: denied'),
    ]);
  });
});

describe('a mark', () => {
  const digital = { mediaTypeId: 9, isLogged: false };

  it.each<[string, JsonObject[], string[]]>([
    ['digital and other legs is business data', [contact('100', digital), contact('101')], [businessPath]],
    ['no digital leg is business data', [contact('100')], [businessPath]],
    [
      'digital legs alone is a custom field, by their numbers if they name them',
      [contact('100', { ...digital, caseId: 7 }), contact('101', { ...digital, caseId: 8 })],
      [fieldsPath('7'), fieldsPath('8')],
    ],
    [
      'digital legs without numbers is a custom field, by master or leg',
      [contact('101', digital)],
      [fieldsPath('100'), fieldsPath('101')],
    ],
    ['legs that were not listed is either', [], [businessPath, fieldsPath('100')]],
  ])('of %s', async (_, rows, paths) => {
    await using tenant = await startReadable();
    if (rows.length > 0) await list(tenant, rows);
    const asked = tenant.api.seen().length;
    expect(await tenant.source.mark('100', 'archived')).toBe('nothing-to-mark');
    expect(pathsSince(tenant, asked)).toEqual(paths);
    expect(tenant.api.seen().at(-1)?.body).toContain('archived_by');
  });
});
