import { describe, expect, it } from '@jest/globals';
import { open, stoppedClock } from './simulators.ts';
import { ask } from './visitor.ts';

const scopes = 'interactions:read recordings:read customfields:write';

function claims(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

describe('the login', () => {
  it('is found by discovery, and takes the secret in the header or in the body', async () => {
    const { visitor } = await open();
    const discovery = (await ask(`${visitor.url}/.well-known/openid-configuration`)).json();
    expect(discovery).toMatchObject({ issuer: visitor.url, token_endpoint: `${visitor.url}/auth/token` });
    const basic = await ask(`${visitor.url}/auth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('demo%2Dclient:demo-secret')}` },
      body: `grant_type=client_credentials&scope=${encodeURIComponent(scopes)}`,
    });
    expect(basic.json()).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: scopes });
    expect((await visitor.askToken('demo-client', 'demo-secret')).status).toBe(200);
  });

  it('gives a token that names the tenant, or an opaque one', async () => {
    const { visitor } = await open({ login: { tenantId: 'tenant-7' } });
    expect(claims(visitor.token)).toMatchObject({ tenantId: 'tenant-7', scope: scopes });
    const opaque = await open({ login: { opaqueToken: true } });
    expect(opaque.visitor.token).not.toContain('.');
    expect((await opaque.visitor.askQuery()).status).toBe(200);
  });

  it('refuses a wrong secret, a way that is not allowed, and other grants', async () => {
    const { visitor } = await open();
    const wrong = await visitor.askToken('demo-client', 'wrong');
    expect([wrong.status, wrong.json()]).toMatchObject([401, { error: 'invalid_client' }]);
    expect((await visitor.askToken('other', 'demo-secret')).status).toBe(401);
    const grant = await visitor.askToken('demo-client', 'demo-secret', { grant_type: 'password' });
    expect([grant.status, grant.json()]).toMatchObject([400, { error: 'unsupported_grant_type' }]);
  });

  it('lets tokens expire, and be revoked', async () => {
    const clock = stoppedClock();
    const { visitor } = await open({ login: { tokenSeconds: 10 }, now: clock.now });
    clock.time += 9_999;
    expect((await visitor.askQuery()).status).toBe(200);
    clock.time += 1;
    const late = await visitor.askQuery();
    expect([late.status, late.headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"']);
    await visitor.login();
    expect((await visitor.askQuery()).status).toBe(200);
    await visitor.control('POST', '/__revoke');
    expect((await visitor.askQuery()).status).toBe(401);
    visitor.token = 'made-up';
    expect((await visitor.askQuery()).status).toBe(401);
  });

  it('grants no scope that the tenant has not given, and refuses what needs one', async () => {
    const { visitor, simulator } = await open({ login: { grantedScopes: ['interactions:read'] } });
    expect((await visitor.login()).scope).toBe('interactions:read');
    const [row] = (await visitor.page(1)).rows;
    const mark = await visitor.askMark(row?.id ?? '');
    expect([mark.status, mark.json()]).toMatchObject([403, { errorCode: 'INSUFFICIENT_SCOPE' }]);
    const [medium] = (await visitor.detail(row?.id ?? '')).media;
    expect((await ask(medium?.playbackUrl ?? '')).status).toBe(403);
    expect(simulator.stats().families.mark.statuses).toEqual({ 403: 1 });
    const silent = await open({ login: { scopeInAnswer: false } });
    expect((await silent.visitor.login()).scope).toBeUndefined();
  });
});

describe('every answer', () => {
  it('carries a request id of its own and the time of the tenant', async () => {
    const clock = stoppedClock(Date.parse('2026-06-01T12:00:00.900Z'));
    const { visitor } = await open({ population: { clockOffsetMs: 3_600_000 }, now: clock.now });
    const one = await visitor.askQuery();
    const two = await visitor.askDetail('nobody');
    expect(one.headers['x-request-id']).not.toBe(two.headers['x-request-id']);
    expect(two.headers.date).toBe('Mon, 01 Jun 2026 13:00:00 GMT');
    await visitor.control('POST', '/__clock', { advanceMs: 60_000 });
    expect((await visitor.askQuery()).headers.date).toBe('Mon, 01 Jun 2026 13:01:00 GMT');
  });
});
