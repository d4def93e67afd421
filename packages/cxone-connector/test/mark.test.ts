import { describe, expect, it } from '@jest/globals';
import { json, reset } from './scripted-server.ts';
import { answer, startTenant } from './tenant.ts';

const path = '/api/v2/interactions/a%2Fb/custom-fields';

describe('mark', () => {
  it.each([200, 202, 204])('writes the field, and %d means sent', async (status) => {
    await using tenant = await startTenant();
    tenant.on(path, (_, response) => response.writeHead(status).end());
    expect(await (await tenant.open()).mark('a/b', 'archived')).toBe('sent');
    const [request] = tenant.seen(path);
    expect(request?.method).toBe('PATCH');
    expect(request?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(request?.body ?? '')).toEqual({ fieldId: 'field-9', value: 'archived' });
    expect(tenant.slots).toEqual([{ family: 'mark', ended: expect.objectContaining({ status }) }]);
  });

  it.each([
    [400, 'refused', true],
    [403, 'denied', true],
    [404, 'not-found', true],
    [409, 'refused', false],
    [410, 'gone', false],
    [422, 'refused', false],
    [423, 'refused', false],
  ])('answered by %d has failed: %s, for good: %s', async (status, reason, permanent) => {
    await using tenant = await startTenant();
    tenant.on(path, answer({ message: 'no' }, status, { correlationid: 'c-1' }));
    expect(await (await tenant.open()).mark('a/b', 'archived')).toEqual({
      failed: { reason, status, requestId: 'c-1', permanent },
    });
    expect(tenant.seen(path)).toHaveLength(1);
  });

  it('that cannot be sent now may be sent later', async () => {
    await using tenant = await startTenant();
    tenant.on(path, (_, response) => {
      reset(response);
    });
    expect(await (await tenant.open()).mark('a/b', 'archived')).toEqual({
      failed: { reason: 'network', permanent: false },
    });
    expect(tenant.seen(path)).toHaveLength(4);
  });

  it('uses the path of the settings and the field of the environment', async () => {
    await using tenant = await startTenant();
    tenant.on('/v9/a/fields/a', (_, response) => {
      json(response, {});
    });
    const source = await tenant.open(
      { markPath: '/v9/{id}/fields/{id}' },
      { CXONE_ARCHIVAL_FIELD_ID: 'env-field' },
    );
    expect(await source.mark('a', '$&')).toBe('sent');
    expect(JSON.parse(tenant.seen('/v9')[0]?.body ?? '')).toEqual({ fieldId: 'env-field', value: '$&' });
  });

  it('needs a field, and asks nothing without one', async () => {
    await using tenant = await startTenant();
    const source = await tenant.open({ markerField: undefined });
    expect(await source.mark('a', 'archived')).toEqual({
      failed: { reason: 'no-marker-field', permanent: true },
    });
    expect(tenant.server.seen).toEqual([]);
  });
});
