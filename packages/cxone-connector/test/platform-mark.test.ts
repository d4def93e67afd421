import type { MarkOutcome } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';
import { sendPlatformMark } from '../src/platform/mark.ts';
import { answer } from './tenant.ts';
import { reset } from './scripted-server.ts';
import { startPlatform } from './platform-tenant.ts';
import type { PlatformTenant } from './platform-tenant.ts';

const interactionId = '698822631700123456';
const businessPath = `/business-data-manager/v1/business-data/contact/${interactionId}`;
const digitalPath = `/dfo/3.0/contacts/${interactionId}/custom-fields`;
const done = answer(undefined, 204);

async function mark(
  tenant: PlatformTenant,
  digital: boolean | undefined,
  numbers = [interactionId],
): Promise<MarkOutcome> {
  const connection = tenant.connect();
  const what = { interactionId, digital, numbers, field: 'archival_status', value: 'archived' };
  return sendPlatformMark(connection.client, await connection.addresses(), what, undefined);
}

describe('a mark on the platform', () => {
  it('is business data of a contact', async () => {
    await using tenant = await startPlatform();
    tenant.api.on(businessPath, done);
    expect(await mark(tenant, false)).toBe('sent');
    const [request] = tenant.api.seen();
    expect(request?.method).toBe('PUT');
    expect(JSON.parse(request?.body ?? '')).toEqual([{ archival_status: 'archived' }]);
    expect(tenant.slots).toMatchObject([{ family: 'business-data', ended: { status: 204 } }]);
  });

  it('is a custom field of a digital contact', async () => {
    await using tenant = await startPlatform();
    tenant.api.on(digitalPath, done);
    expect(await mark(tenant, true)).toBe('sent');
    const [request] = tenant.api.seen();
    expect(request?.method).toBe('PUT');
    expect(JSON.parse(request?.body ?? '')).toEqual([{ ident: 'archival_status', value: 'archived' }]);
    expect(tenant.slots).toMatchObject([{ family: 'dfo', ended: { status: 204 } }]);
  });

  it('is a custom field of the first digital contact that there is, of those that may be meant', async () => {
    await using tenant = await startPlatform();
    tenant.api.on('/dfo/3.0/contacts/1002/custom-fields', done);
    expect(await mark(tenant, true, ['1001', '1002', '1003'])).toBe('sent');
    expect(tenant.api.seen().map(({ url }) => url)).toEqual(
      ['1001', '1002'].map((number) => `/dfo/3.0/contacts/${number}/custom-fields`),
    );
  });

  it.each([false, true, undefined])(
    'is nothing to write where there is no such contact, digital: %s',
    async (digital) => {
      await using tenant = await startPlatform();
      expect(await mark(tenant, digital)).toBe('nothing-to-mark');
      const paths = { false: [businessPath], true: [digitalPath], undefined: [businessPath, digitalPath] };
      expect(tenant.api.seen().map(({ url }) => url)).toEqual(paths[`${digital}`]);
    },
  );

  it('of an earlier run is looked for in both places', async () => {
    await using tenant = await startPlatform();
    tenant.api.on(digitalPath, done);
    expect(await mark(tenant, undefined)).toBe('sent');
    tenant.api.on(businessPath, done);
    expect(await mark(tenant, undefined)).toBe('sent');
    expect(tenant.api.seen(digitalPath)).toHaveLength(1);
  });

  it.each([
    [400, 'refused', true],
    [403, 'denied', true],
    [409, 'refused', false],
    [410, 'gone', false],
    [422, 'refused', false],
  ])('answered by %d has failed: %s, for good: %s', async (status, reason, permanent) => {
    await using tenant = await startPlatform();
    tenant.api.on(businessPath, answer({ message: 'no' }, status));
    tenant.api.on(digitalPath, done);
    expect(await mark(tenant, undefined)).toEqual({ failed: { reason, status, permanent } });
    expect(tenant.api.seen()).toHaveLength(1);
  });

  it('that cannot be sent now may be sent later', async () => {
    await using tenant = await startPlatform();
    tenant.api.on(businessPath, (_, response) => {
      reset(response);
    });
    expect(await mark(tenant, false)).toEqual({ failed: { reason: 'network', permanent: false } });
  });
});
