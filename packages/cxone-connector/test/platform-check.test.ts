import type { CapabilityCheck, CapabilityReport, CheckOptions } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import { platformCheck } from '../src/platform/check.ts';
import { answer } from './tenant.ts';
import { acdPath, platformTenantId, startPlatform } from './platform-tenant.ts';
import type { PlatformTenant } from './platform-tenant.ts';

const listPath = `${acdPath}/contacts/completed`;
const playbackPath = '/media-playback/v1/contacts';
const contact = { contactID: '698822631732001234', masterContactID: '698822631700001234', mediaTypeId: 4 };
const acd = [
  'custom-data',
  'state-history',
  'hierarchy',
  'historical-chat-transcript',
  'email-transcript',
  'sms-transcripts',
  'files',
];
const names = [
  ...['login', 'list', 'custom-data', 'state-history', 'hierarchy', 'chat-transcript', 'email-transcript'],
  ...['sms-transcripts', 'files', 'media-playback', 'dfo', 'business-data', 'clock'],
];

function check(
  tenant: PlatformTenant,
  options: CheckOptions = { capabilities: true },
): Promise<CapabilityReport> {
  return platformCheck(tenant.connect(), { markerField: 'archival_status' }, options);
}

async function checksOf(tenant: PlatformTenant): Promise<Record<string, CapabilityCheck>> {
  const { checks } = await check(tenant);
  return Object.fromEntries(checks.map((one) => [one.name, one]));
}

/** A tenant with one contact, of which everything can be read. */
async function startReadable(): Promise<PlatformTenant> {
  const tenant = await startPlatform();
  const date = new Date(tenant.clock.now()).toUTCString();
  tenant.api.on(listPath, answer({ totalRecords: 1, completedContacts: [contact] }, 200, { date }));
  for (const path of acd) tenant.api.on(`${acdPath}/contacts/${contact.contactID}/${path}`, answer({}));
  tenant.api.on(playbackPath, answer({ interactions: [] }));
  tenant.api.on(`/dfo/3.0/contacts/${contact.contactID}`, answer({}));
  return tenant;
}

describe('the check of a platform', () => {
  it('logs in, lists one contact of the last day and compares the clocks, no more', async () => {
    await using tenant = await startReadable();
    const report = await check(tenant, {});
    expect(report.identity).toEqual({ system: 'cxone', profile: 'platform', tenant: platformTenantId });
    expect(report.checks.map(({ name, state }) => [name, state])).toEqual([
      ['login', 'ok'],
      ['list', 'ok'],
      ['clock', 'ok'],
    ]);
    expect(report.clock).toEqual({ api: tenant.clock.now(), ours: tenant.clock.now() });
    expect(tenant.api.seen().map(({ url }) => url)).toEqual([
      `${listPath}?startDate=2026-02-28T00%3A00%3A00.000Z&endDate=2026-03-01T00%3A00%3A00.000Z&top=1`,
    ]);
  });

  it('asks for less than a day where that is refused as too long', async () => {
    await using tenant = await startReadable();
    const contacts = answer({ totalRecords: 1, completedContacts: [contact] });
    tenant.api.on(listPath, (request, response) => {
      const query = new URL(request.url, 'http://localhost').searchParams;
      const [from, to] = ['startDate', 'endDate'].map((name) => Date.parse(query.get(name) ?? ''));
      const isLong = (to ?? NaN) - (from ?? NaN) > 3_600_000; // milliseconds
      (isLong ? answer({ error: 'range too large' }, 400) : contacts)(request, response);
    });
    const { list, hierarchy } = await checksOf(tenant);
    expect([list?.state, hierarchy?.state]).toEqual(['ok', 'ok']);
  });

  it('tries each capability once when it is asked to', async () => {
    await using tenant = await startReadable();
    const { checks } = await check(tenant);
    expect(checks.map(({ name }) => name)).toEqual(names);
    for (const { name, state } of checks)
      expect([name, state]).toEqual([name, name === 'business-data' ? 'unknown' : 'ok']);
    expect(tenant.api.seen()).toHaveLength(10);
    expect(tenant.api.seen(playbackPath)[0]?.url).toContain(`acd-call-id=${contact.masterContactID}&`);
    expect(tenant.slots.map(({ family }) => family)).toEqual([
      ...Array.from({ length: 8 }, () => 'acd'),
      'media-playback',
      'dfo',
    ]);
  });

  it.each([
    ['custom-data', `${acdPath}/contacts/${contact.contactID}/custom-data`, 'Reporting > Contact Handling'],
    ['chat-transcript', `${acdPath}/contacts/${contact.contactID}/historical-chat-transcript`, 'Reporting >'],
    ['files', `${acdPath}/contacts/${contact.contactID}/files`, 'Central Files and Folders: View'],
    ['media-playback', playbackPath, 'Search & Playback > Player > Play/download recordings: Play Any'],
    ['dfo', `/dfo/3.0/contacts/${contact.contactID}`, 'ACD > Digital Engagement'],
  ])('names the role permission behind %s, and goes on with the others', async (name, path, permission) => {
    await using tenant = await startReadable();
    tenant.api.on(path, answer({ message: 'User is not authorized' }, 403));
    const { [name]: denied, ...others } = await checksOf(tenant);
    expect(denied).toEqual({
      name,
      state: 'missing',
      detail: 'denied (User is not authorized)',
      hint: expect.stringContaining(permission),
    });
    expect(Object.values(others).filter(({ state }) => state === 'missing')).toEqual([]);
  });

  it('takes 204 and 404 for permission', async () => {
    await using tenant = await startReadable();
    tenant.api.on(playbackPath, answer({ internalCode: 1, message: 'Interaction Not Found' }, 404));
    tenant.api.on(`${acdPath}/contacts/${contact.contactID}/files`, answer(undefined, 204));
    expect(await checksOf(tenant)).toMatchObject({
      'media-playback': { state: 'ok' },
      files: { state: 'ok' },
    });
  });

  it('asks nothing more of a family that throttles, and waits for nothing', async () => {
    await using tenant = await startReadable();
    tenant.api.on(playbackPath, answer({ message: 'Rate exceeded', route: 'x' }, 429));
    tenant.api.on(
      `${acdPath}/contacts/${contact.contactID}/hierarchy`,
      answer({}, 429, { 'retry-after': '600' }),
    );
    const checks = await checksOf(tenant);
    expect(checks['media-playback']).toMatchObject({
      state: 'ok',
      detail: expect.stringContaining('throttled'),
    });
    expect(checks['hierarchy']).toMatchObject({ state: 'ok', detail: expect.stringContaining('throttled') });
    expect(checks['files']).toMatchObject({ state: 'unknown', detail: expect.stringContaining('not tried') });
    expect(tenant.clock.slept).toEqual([]);
    expect(tenant.api.seen()).toHaveLength(6);
  });

  it('says what an answer that tells nothing was, once', async () => {
    await using tenant = await startReadable();
    tenant.api.on(playbackPath, answer({}, 500));
    tenant.api.on(
      `/dfo/3.0/contacts/${contact.contactID}`,
      answer({ errors: [{ message: 'bad number' }] }, 400),
    );
    expect(await checksOf(tenant)).toMatchObject({
      'media-playback': { state: 'unknown', detail: 'no answer that tells: 500' },
      dfo: { state: 'unknown', detail: 'no answer that tells: 400 (bad number)' },
    });
    expect(tenant.api.seen(playbackPath)).toHaveLength(1);
  });

  it('cannot tell without a contact', async () => {
    await using tenant = await startReadable();
    tenant.api.on(listPath, answer(undefined, 204));
    const checks = await checksOf(tenant);
    for (const name of names.slice(0, 2)) expect(checks[name]?.state).toBe('ok');
    for (const name of names.slice(2, -1)) expect(checks[name]?.state).toBe('unknown');
    expect(tenant.api.seen()).toHaveLength(1);
  });

  it('finds a list that is denied, and throws when the system does not answer', async () => {
    await using tenant = await startReadable();
    tenant.api.on(listPath, answer({ error_description: 'no right' }, 403));
    expect((await checksOf(tenant))['list']).toEqual({
      name: 'list',
      state: 'missing',
      code: 'SCOPE_MISSING',
      detail: expect.stringMatching(/^listing contacts failed .*status=403.* \(no right\)$/),
      hint: expect.stringContaining('Contact History: View'),
    });
    tenant.api.on(listPath, answer({}, 502));
    await expect(check(tenant)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  });
});
