import { describe, expect, it } from '@jest/globals';
import { stoppedClock } from './simulators.ts';
import { openPlatform } from './platform-visitor.ts';
import type { Tokens } from './platform-visitor.ts';
import { ask } from './visitor.ts';

const password = { grant_type: 'password', username: 'demo-access-key', password: 'demo-access-secret' };

function claims(token: string): { tenantId: string } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
    tenantId: string;
  };
}

describe('the login of the profile platform', () => {
  it('leads from the issuer to the token, and from its tenant to the API', async () => {
    const { visitor } = await openPlatform();
    const discovery = (await ask(`${visitor.url}/.well-known/openid-configuration`)).json();
    expect(discovery).toMatchObject({ issuer: visitor.url, token_endpoint: `${visitor.url}/auth/token` });
    const tokens = await visitor.login();
    expect(tokens.expires_in).toBe(3600);
    const { tenantId } = claims(tokens.access_token);
    const configuration = `${visitor.url}/.well-known/cxone-configuration?tenantId=`;
    expect((await ask(configuration + tenantId)).json()).toMatchObject({
      tenantId,
      area: 'na1',
      api_endpoint: visitor.url,
    });
    expect((await ask(`${configuration}nobody`)).status).toBe(404);
  });

  it('takes the client form-encoded in the header, or in the body, and nothing wrong', async () => {
    const { visitor } = await openPlatform({ login: { clientId: 'a:b', clientSecret: 'c%d' } });
    const good = [
      await visitor.askToken(password, 'a%3Ab:c%25d'),
      await ask(`${visitor.url}/auth/token`, {
        method: 'POST',
        body: new URLSearchParams({ ...password, client_id: 'a:b', client_secret: 'c%d' }).toString(),
      }),
    ];
    expect(good.map(({ status }) => status)).toEqual([200, 200]);
    const bad = [
      await visitor.askToken(password),
      await visitor.askToken({ ...password, password: 'wrong' }, 'a%3Ab:c%25d'),
      await visitor.askToken({ grant_type: 'client_credentials' }, 'a%3Ab:c%25d'),
    ];
    expect(bad.map((reply) => [reply.status, (reply.json() as { error: string }).error])).toEqual([
      [401, 'invalid_client'],
      [400, 'invalid_grant'],
      [400, 'unsupported_grant_type'],
    ]);
  });

  it('renews by refresh tokens that are good once and expire', async () => {
    const clock = stoppedClock();
    const { visitor } = await openPlatform({ now: clock.now, platform: { login: { refreshSeconds: 60 } } });
    const refresh = (token: string) =>
      visitor.askToken({ grant_type: 'refresh_token', refresh_token: token });
    const first = await visitor.login();
    const renewed = await refresh(first.refresh_token);
    expect(renewed.status).toBe(200);
    const second = renewed.json() as Tokens;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await refresh(first.refresh_token)).json()).toMatchObject({ error: 'invalid_grant' });
    clock.time += 60_000;
    expect((await refresh(second.refresh_token)).status).toBe(400);
  });

  it('lets access tokens expire and be revoked', async () => {
    const clock = stoppedClock();
    const { visitor } = await openPlatform({ now: clock.now, login: { tokenSeconds: 10 } });
    const path = '/media-playback/v1/contacts?acd-call-id=1';
    expect((await visitor.ask(path)).status).toBe(404);
    clock.time += 10_000;
    const late = await visitor.ask(path);
    expect([late.status, late.json()]).toEqual([401, { message: 'Unauthorized' }]);
    await visitor.login();
    await visitor.control('POST', '/__revoke');
    expect((await visitor.ask(path)).status).toBe(401);
  });

  it('has the older way, without a client', async () => {
    const { visitor } = await openPlatform();
    const post = (path: string, body: object) =>
      ask(visitor.url + path, { method: 'POST', body: JSON.stringify(body) });
    const key = { accessKeyId: 'demo-access-key', accessKeySecret: 'demo-access-secret' };
    const path = '/authentication/v1/token/access-key';
    const tokens = (await post(path, key)).json() as Tokens;
    expect((await post(path, { ...key, accessKeySecret: 'wrong' })).status).toBe(401);
    expect((await post(path, {})).status).toBe(400);
    const renewed = (await post('/public/user/refresh', { token: tokens.refresh_token })).json();
    expect(renewed).toMatchObject({ tokenExpirationTimeSec: 3600, refreshTokenExpirationTimeSec: 7200 });
    visitor.token = (renewed as { token: string }).token;
    expect((await visitor.askPlayback('1')).status).toBe(404);
    expect((await post('/public/user/refresh', { token: tokens.refresh_token })).status).toBe(401);
  });
});
