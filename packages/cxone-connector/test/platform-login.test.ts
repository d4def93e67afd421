import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { html, json, reset } from './scripted-server.ts';
import type { SeenRequest } from './scripted-server.ts';
import { answer, jwt } from './tenant.ts';
import {
  accessKeyId,
  accessKeySecret,
  acdPath,
  configurationPath,
  platformClientId,
  platformClientSecret,
  platformTenantId,
  platformToken,
  RoutedServer,
  startPlatform,
  tokenOf,
  tokenPath,
} from './platform-tenant.ts';
import type { PlatformTenant } from './platform-tenant.ts';
import type { PlatformConnection } from '../src/platform/connection.ts';

const form = (value: string): string => new URLSearchParams({ v: value }).toString().slice(2);
const fields = ({ body }: SeenRequest): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(body));
const oldPath = '/authentication/v1/token/access-key';

/** One request of the ACD API; what it was answered does not matter. */
async function ask(connection: PlatformConnection, tenant: PlatformTenant): Promise<string | undefined> {
  const { acd } = await connection.addresses();
  const url = new URL(`${acd.href}/any`);
  await connection.client.json({ family: 'acd', method: 'GET', url }, () => undefined);
  return tenant.api.seen(acdPath).at(-1)?.headers.authorization;
}

async function startAnswering(): Promise<PlatformTenant> {
  const tenant = await startPlatform();
  tenant.api.on(`${acdPath}/any`, answer({}));
  return tenant;
}

describe('the platform login', () => {
  it('is a password grant with the access key, the client shown by Basic', async () => {
    await using tenant = await startAnswering();
    expect(await ask(tenant.connect(), tenant)).toBe(`Bearer ${tokenOf(1)}`);
    const [request] = tenant.issuer.seen(tokenPath);
    if (!request) throw new Error('no token was asked for');
    const basic = Buffer.from(`${form(platformClientId)}:${form(platformClientSecret)}`).toString('base64');
    expect(request.headers.authorization).toBe(`Basic ${basic}`);
    expect(fields(request)).toEqual({
      grant_type: 'password',
      username: accessKeyId,
      password: accessKeySecret,
    });
  });

  it('shows the client in the body where Basic is refused and nothing is said, and skips discovery', async () => {
    await using tenant = await startAnswering();
    tenant.issuer.on('/direct', answer({ error: 'invalid_client' }, 401), answer(platformToken(7)));
    const connection = tenant.connect({}, { CXONE_TOKEN_URL: `${tenant.issuer.origin}/direct` });
    expect(await ask(connection, tenant)).toBe(`Bearer ${tokenOf(7)}`);
    expect(tenant.issuer.seen('/.well-known/openid-configuration')).toEqual([]);
    expect(tenant.issuer.seen('/direct').map(fields)[1]).toMatchObject({
      client_id: platformClientId,
      client_secret: platformClientSecret,
    });
  });

  it('takes camelCase names, no type, and the tenant of the id token', async () => {
    await using tenant = await startAnswering();
    const idToken = jwt({ tenantId: platformTenantId });
    tenant.issuer.on(tokenPath, answer({ accessToken: 'opaque', expiresIn: '60', idToken }));
    expect(await ask(tenant.connect(), tenant)).toBe('Bearer opaque');
    expect(tenant.scopes[0]?.tenant).toBe(platformTenantId);
  });

  it('is renewed by the refresh token, hour by hour', async () => {
    await using tenant = await startAnswering();
    const connection = tenant.connect();
    for (const n of [1, 2, 3]) {
      expect(await ask(connection, tenant)).toBe(`Bearer ${tokenOf(n)}`);
      tenant.clock.advance(3_540_000);
    }
    const [, second, third] = tenant.issuer.seen(tokenPath).map(fields);
    const renewal = { grant_type: 'refresh_token', client_id: platformClientId };
    expect(second).toEqual({ ...renewal, refresh_token: 'refresh-1' });
    expect(third).toEqual({ ...renewal, refresh_token: 'refresh-2' });
    expect(tenant.issuer.seen('/.well-known/')).toHaveLength(2);
  });

  it('keeps a refresh token that is not replaced, and logs in anew when it is refused', async () => {
    await using tenant = await startAnswering();
    tenant.issuer.on(
      tokenPath,
      answer(platformToken(1)),
      answer(platformToken(2, { refresh_token: null })),
      answer({ error: 'invalid_grant' }, 400),
      answer(platformToken(4)),
    );
    const connection = tenant.connect();
    for (const n of [1, 2, 4]) {
      expect(await ask(connection, tenant)).toBe(`Bearer ${tokenOf(n)}`);
      tenant.clock.advance(3_540_000);
    }
    expect(tenant.issuer.seen(tokenPath).map((one) => fields(one)['refresh_token'])).toEqual([
      undefined,
      'refresh-1',
      'refresh-1',
      undefined,
    ]);
  });

  it('is made anew when the API does not take what the refresh token gave', async () => {
    await using tenant = await startAnswering();
    tenant.api.on(`${acdPath}/any`, (request, response) => {
      const good = [tokenOf(1), tokenOf(3)].some(
        (token) => request.headers.authorization === `Bearer ${token}`,
      );
      json(response, {}, good && tenant.issuer.seen(tokenPath).length !== 1 ? 200 : 401);
    });
    const connection = tenant.connect();
    await expect(ask(connection, tenant)).rejects.toMatchObject({ failure: { status: 401 } });
    expect(await ask(connection, tenant)).toBe(`Bearer ${tokenOf(3)}`);
    expect(tenant.issuer.seen(tokenPath).map((one) => fields(one)['grant_type'])).toEqual([
      'password',
      'refresh_token',
      'password',
    ]);
  });

  it('does not log in anew while the issuer is out of reach', async () => {
    await using tenant = await startAnswering();
    tenant.issuer.on(tokenPath, answer(platformToken(1)), (_, response) => {
      reset(response);
    });
    const connection = tenant.connect();
    await ask(connection, tenant);
    tenant.clock.advance(3_540_000);
    await expect(ask(connection, tenant)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    const grants = tenant.issuer.seen(tokenPath).map((one) => fields(one)['grant_type']);
    expect(grants).toEqual(['password', ...Array.from({ length: 4 }, () => 'refresh_token')]);
  });

  it.each([400, 401, 403])(
    'that is refused by %d says which variables to check, and no secret',
    async (status) => {
      await using tenant = await startAnswering();
      tenant.issuer.on(tokenPath, ({ body }, response) => {
        json(response, { error: 'invalid_grant', error_description: body + accessKeySecret }, status);
      });
      const error: unknown = await ask(tenant.connect(), tenant).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'LOGIN_REFUSED',
        context: { status, reason: 'invalid_grant' },
        hint: expect.stringContaining('CXONE_ACCESS_KEY_ID'),
      });
      expect(tenant.issuer.seen(tokenPath)).toHaveLength(1);
      expectNoSecrets(error, tenant.logged);
    },
  );
});

describe('the older login', () => {
  it('sends the access key as JSON, and each token is a login of its own', async () => {
    await using tenant = await startAnswering();
    tenant.issuer.on(
      oldPath,
      answer({ access_token: tokenOf(1), expires_in: '3600', refresh_token: 'refresh-1' }),
      answer({ access_token: tokenOf(2), expires_in: 'soon' }),
    );
    const connection = tenant.connect({}, { CXONE_TOKEN_URL: `${tenant.issuer.origin}${oldPath}` });
    expect(await ask(connection, tenant)).toBe(`Bearer ${tokenOf(1)}`);
    tenant.clock.advance(3_539_000);
    expect(await ask(connection, tenant)).toBe(`Bearer ${tokenOf(1)}`);
    tenant.clock.advance(1000);
    expect(await ask(connection, tenant)).toBe(`Bearer ${tokenOf(2)}`);
    tenant.clock.advance(360_000_000);
    expect(await ask(connection, tenant)).toBe(`Bearer ${tokenOf(2)}`); // its life is not known: a 401 would end it
    for (const request of tenant.issuer.seen(oldPath)) {
      expect(request.headers['content-type']).toBe('application/json');
      expect(request.headers.authorization).toBeUndefined();
      expect(JSON.parse(request.body)).toEqual({ accessKeyId, accessKeySecret });
    }
    expect(tenant.issuer.seen('/.well-known/openid-configuration')).toEqual([]);
  });

  it('is not fooled by an answer without a token', async () => {
    await using tenant = await startAnswering();
    tenant.issuer.on(oldPath, answer({ message: accessKeySecret }));
    const connection = tenant.connect({}, { CXONE_TOKEN_URL: `${tenant.issuer.origin}${oldPath}` });
    const error: unknown = await ask(connection, tenant).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SOURCE_RESPONSE_INVALID' });
    expectNoSecrets(error, tenant.logged);
  });
});

describe('the budgets of a tenant', () => {
  it('are one, whichever way one logs in', async () => {
    await using tenant = await startPlatform();
    const other = await RoutedServer.start();
    const grant = answer(platformToken(1));
    other.on('/direct', grant).on(oldPath, grant);
    tenant.issuer.on('/direct', grant);
    const ways: NodeJS.ProcessEnv[] = [
      {},
      { CXONE_TOKEN_URL: `${tenant.issuer.origin}/direct` },
      { CXONE_TOKEN_URL: `${other.origin}/direct` },
      { CXONE_TOKEN_URL: `${other.origin}${oldPath}` },
      { CXONE_ISSUER: `${tenant.issuer.origin}/some/path`, CXONE_TOKEN_URL: `${other.origin}/direct` },
      { CXONE_API_BASE: tenant.api.origin },
    ];
    for (const env of ways) await tenant.connect({}, env).session.open();
    await other.server.close();
    const scopes = tenant.scopes.map(({ issuer, tenant: name }) => [issuer, name]);
    expect(scopes).toEqual(ways.map(() => [tenant.issuer.origin, platformTenantId]));
  });
});

describe('the addresses of a tenant', () => {
  it('come from its configuration, asked for once and without the bearer', async () => {
    await using tenant = await startPlatform();
    const connection = tenant.connect({ apiVersion: 33 });
    const [first, second] = await Promise.all([connection.addresses(), connection.addresses()]);
    const { origin } = tenant.api;
    expect(first).toBe(second);
    expect([first.api.href, first.acd.href, first.dfo.href]).toEqual([
      `${origin}/`,
      `${origin}/incontactapi/services/v33.0`,
      `${origin}/dfo/3.0`,
    ]);
    const [request, ...others] = tenant.issuer.seen(configurationPath);
    expect(others).toEqual([]);
    expect(request?.url).toBe(`${configurationPath}?tenantId=${platformTenantId}`);
    expect(request?.headers.authorization).toBeUndefined();
    const { identity } = await connection.session.open();
    expect(identity).toEqual({ system: 'cxone', profile: 'platform', tenant: platformTenantId });
    expect(tenant.scopes).toMatchObject([{ issuer: tenant.issuer.origin, tenant: platformTenantId }]);
  });

  it('are set by hand instead', async () => {
    await using tenant = await startPlatform();
    tenant.issuer.on(tokenPath, answer(platformToken(1, { access_token: 'opaque' })));
    const settings = { dfoBase: 'https://api-de-na1.example.test/dfo/3.0' };
    const connection = tenant.connect(settings, { CXONE_API_BASE: `${tenant.api.origin}/base/` });
    const { api, acd, dfo } = await connection.addresses();
    expect([api.pathname, acd.pathname, dfo.href]).toEqual([
      '/base/',
      '/base/incontactapi/services/v30.0',
      settings.dfoBase,
    ]);
    expect(tenant.issuer.seen(configurationPath)).toEqual([]);
    expect((await connection.session.open()).identity.tenant).toBe('127.0.0.1');
  });

  it('cannot be found without a tenant, and it says what to set', async () => {
    await using tenant = await startPlatform();
    tenant.issuer.on(tokenPath, answer(platformToken(1, { access_token: 'opaque' })));
    await expect(tenant.connect().addresses()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('CXONE_API_BASE'),
    });
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['plain http elsewhere', { api_endpoint: 'http://api.example.test' }],
    ['a user', { api_endpoint: 'https://me@api.example.test' }],
    ['no address', { api_endpoint: 'api.example.test' }],
  ])('are not taken from a configuration with %s', async (_, configuration) => {
    await using tenant = await startPlatform();
    tenant.issuer.on(configurationPath, answer(configuration));
    await expect(tenant.connect().addresses()).rejects.toMatchObject({
      code: 'SOURCE_RESPONSE_INVALID',
      hint: expect.stringContaining('CXONE_API_BASE'),
    });
  });

  it('are asked for again after an outage', async () => {
    await using tenant = await startPlatform();
    const page = (_: unknown, response: Parameters<typeof html>[0]): void => {
      html(response, 502);
    };
    tenant.issuer.on(configurationPath, page, page, page, page, answer({ apiEndpoint: tenant.api.origin }));
    const connection = tenant.connect();
    await expect(connection.addresses()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    expect((await connection.addresses()).api.origin).toBe(tenant.api.origin);
  });
});

describe('the bearer', () => {
  it('goes to the API and to the digital API, and nowhere else; nor do other clocks count', async () => {
    await using tenant = await startAnswering();
    const [digital, stranger] = await Promise.all([RoutedServer.start(), RoutedServer.start()]);
    const date = 'Sun, 01 Mar 2020 00:00:00 GMT';
    digital.on('/dfo/3.0/contacts/1', answer({}));
    stranger.on('/x', answer({}, 200, { date }));
    tenant.api.on('/away', (_, response) => {
      response.writeHead(302, { location: `${digital.origin}/dfo/3.0/contacts/1` }).end();
    });
    const connection = tenant.connect({ dfoBase: `${digital.origin}/dfo/3.0` });
    const get = async (url: string): Promise<void> => {
      await connection.client.json({ family: 'dfo', method: 'GET', url: new URL(url) }, () => undefined);
    };
    const { dfo } = await connection.addresses();
    await get(`${dfo.href}/contacts/1`);
    await get(`${tenant.api.origin}/away`);
    await get(`${stranger.origin}/x`);
    const shown = [...digital.seen(), ...stranger.seen()].map(({ headers }) => headers.authorization);
    await Promise.all([digital.server.close(), stranger.server.close()]);
    expect(shown).toEqual([`Bearer ${tokenOf(1)}`, undefined, undefined]);
    expect(connection.apiClock.now()).toBeGreaterThan(Date.parse(date) + 1e9);
  });
});

describe('nothing', () => {
  it.each<[string, number, string | undefined]>([
    ['204', 204, undefined],
    ['an empty 200', 200, ''],
    ['white space', 200, ' \n'],
  ])('is what %s says, and it is asked for once', async (_, status, body) => {
    await using tenant = await startPlatform();
    tenant.api.on(`${acdPath}/any`, (__, response) => {
      response.writeHead(status).end(body);
    });
    const connection = tenant.connect();
    const url = new URL(`${(await connection.addresses()).acd.href}/any`);
    const request = { family: 'acd', method: 'GET', url } as const;
    expect(await connection.client.jsonOrNothing(request, (read) => ({ read }))).toBeUndefined();
    expect(tenant.api.seen(acdPath)).toHaveLength(1);
    expect(tenant.slots).toEqual([{ family: 'acd', ended: expect.objectContaining({ status }) }]);
  });

  it('is not half an answer, nor HTML', async () => {
    await using tenant = await startPlatform();
    tenant.api.on(
      `${acdPath}/any`,
      (_, response) => {
        html(response);
      },
      answer({ a: 1 }),
    );
    const connection = tenant.connect();
    const url = new URL(`${(await connection.addresses()).acd.href}/any`);
    const request = { family: 'acd', method: 'GET', url } as const;
    expect(await connection.client.jsonOrNothing(request, (read) => read)).toEqual({ a: 1 });
  });
});

function expectNoSecrets(...things: unknown[]): void {
  const shown = inspect(things, { depth: 20, showHidden: true }) + things.map(String).join();
  const secrets = [accessKeySecret, form(accessKeySecret), platformClientSecret, form(platformClientSecret)];
  for (const secret of [...secrets, tokenOf(1)]) expect(shown).not.toContain(secret);
}
