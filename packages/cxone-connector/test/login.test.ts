import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { html, json, reset } from './scripted-server.ts';
import {
  answer,
  clientId,
  clientSecret,
  detailPath,
  jwt,
  queryPath,
  startTenant,
  tokenAnswer,
} from './tenant.ts';

const emptyList = answer({ data: [], pagination: {} });
const form = (value: string): string => new URLSearchParams({ v: value }).toString().slice(2);

describe('login', () => {
  it('discovers the token endpoint and shows the secret by Basic where nothing else is said', async () => {
    await using tenant = await startTenant();
    tenant.on(queryPath, emptyList);
    await (await tenant.open()).check();
    const [request] = tenant.seen('/oauth/token');
    const basic = Buffer.from(`${form(clientId)}:${form(clientSecret)}`).toString('base64');
    expect(request?.headers.authorization).toBe(`Basic ${basic}`);
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'interactions:read recordings:read customfields:write',
    });
    expect(tenant.seen(queryPath)[0]?.headers.authorization).toBe('Bearer token-1');
  });

  it('shows the secret in the body where discovery knows only that', async () => {
    await using tenant = await startTenant();
    const { origin } = tenant.server;
    tenant.on(
      '/.well-known/openid-configuration',
      answer({
        issuer: origin,
        token_endpoint: `${origin}/oauth/token`,
        token_endpoint_auth_methods_supported: ['client_secret_post'],
      }),
    );
    tenant.on(queryPath, emptyList);
    await (await tenant.open()).check();
    const [request] = tenant.seen('/oauth/token');
    expect(request?.headers.authorization).toBeUndefined();
    const sent = new URLSearchParams(request?.body);
    expect([sent.get('client_id'), sent.get('client_secret')]).toEqual([clientId, clientSecret]);
  });

  it.each([400, 401])(
    'shows it in the body, too, where nothing is said and Basic is a %d',
    async (status) => {
      await using tenant = await startTenant();
      tenant.on('/direct', (request, response) => {
        const shown = new URLSearchParams(request.body).get('client_secret') === clientSecret;
        json(
          response,
          shown ? tokenAnswer('posted', { expires_in: 0 }) : { error: 'invalid_client' },
          shown ? 200 : status,
        );
      });
      tenant.on(queryPath, emptyList);
      await (await tenant.open({}, { CXONE_TOKEN_URL: `${tenant.server.origin}/direct` })).check();
      const ways = tenant.seen('/direct').map(({ headers }) => headers.authorization?.split(' ')[0]);
      expect(ways).toEqual(['Basic', undefined]);
      expect(tenant.seen(queryPath)[0]?.headers.authorization).toBe('Bearer posted');
    },
  );

  it('does without the name of the issuer', async () => {
    await using tenant = await startTenant();
    const { origin } = tenant.server;
    tenant.on('/.well-known/openid-configuration', answer({ token_endpoint: `${origin}/oauth/token` }));
    tenant.on(queryPath, emptyList);
    await (await tenant.open()).check();
    expect(tenant.seen(queryPath)[0]?.headers.authorization).toBe('Bearer token-1');
  });

  it('skips discovery when the token endpoint is named, and takes camelCase names', async () => {
    await using tenant = await startTenant();
    tenant.on('/direct', answer({ accessToken: 'camel', expiresIn: '60', scope: ['interactions:read'] }));
    tenant.on(queryPath, emptyList);
    const source = await tenant.open({}, { CXONE_TOKEN_URL: `${tenant.server.origin}/direct` });
    const report = await source.check();
    expect(tenant.seen('/.well-known')).toEqual([]);
    expect(tenant.seen(queryPath)[0]?.headers.authorization).toBe('Bearer camel');
    expect(report.checks.find(({ name }) => name === 'scopes')).toMatchObject({
      state: 'missing',
      detail: 'not granted: recordings:read customfields:write',
    });
  });

  it.each([400, 401, 403])(
    'gives up at once when the answer is %d, without a secret in the error',
    async (status) => {
      await using tenant = await startTenant();
      tenant.on('/oauth/token', (request, response) => {
        json(response, { error: 'invalid_client', error_description: request.body + clientSecret }, status);
      });
      const { origin } = tenant.server;
      tenant.on(
        '/.well-known/openid-configuration',
        answer({
          issuer: origin,
          token_endpoint: `${origin}/oauth/token`,
          token_endpoint_auth_methods_supported: ['client_secret_basic'],
        }),
      );
      const error: unknown = await (await tenant.open()).check().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'LOGIN_REFUSED', context: { status, reason: 'invalid_client' } });
      expect(tenant.seen('/oauth/token')).toHaveLength(1);
      expectNoSecrets(error, tenant.logged);
    },
  );

  it('retries an outage three times, then says that CXone cannot be reached', async () => {
    await using tenant = await startTenant();
    tenant.on(
      '/oauth/token',
      answer({}, 503),
      (_, response) => {
        html(response);
      },
      (_, response) => {
        reset(response);
      },
      answer({}, 500),
    );
    const error: unknown = await (await tenant.open()).check().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE', context: { status: 500 } });
    expect(tenant.seen('/oauth/token')).toHaveLength(4);
    expect(tenant.clock.slept).toEqual([250, 500, 1000]); // half of 500, 1,000, 2,000: random is 0.5
    expectNoSecrets(error, tenant.logged);
  });

  it('waits as long as a throttling issuer asks, by its own clock', async () => {
    await using tenant = await startTenant();
    const date = 'Sun, 01 Mar 2020 00:00:00 GMT';
    tenant.on(
      '/oauth/token',
      answer({}, 429, { 'retry-after': '7' }),
      answer({}, 429, { date, 'retry-after': 'Sun, 01 Mar 2020 00:00:09 GMT' }),
      answer({}, 429, { 'retry-after': '999999' }),
      answer(tokenAnswer('late')),
    );
    tenant.on(queryPath, emptyList);
    await (await tenant.open()).check();
    expect(tenant.clock.slept).toEqual([7000, 9000, 900_000]);
  });

  it('never shows a token of an answer that it cannot understand', async () => {
    await using tenant = await startTenant();
    tenant.on('/oauth/token', answer({ access_token: clientSecret, token_type: 'mac', expires_in: 5 }));
    const error: unknown = await (await tenant.open()).check().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SOURCE_RESPONSE_INVALID' });
    expectNoSecrets(error, tenant.logged);
  });

  it('says what to set when there is no discovery document', async () => {
    await using tenant = await startTenant();
    tenant.routes.delete('/.well-known/openid-configuration');
    await expect((await tenant.open()).check()).rejects.toMatchObject({
      code: 'LOGIN_REFUSED',
      hint: expect.stringContaining('CXONE_TOKEN_URL'),
    });
  });
});

describe('token', () => {
  it('is renewed once for all callers on a 401', async () => {
    await using tenant = await startTenant();
    let valid = 'token-1';
    tenant.on(`${detailPath}a`, (request, response) => {
      const good = request.headers.authorization === `Bearer ${valid}`;
      json(response, good ? { id: 'a' } : {}, good ? 200 : 401);
    });
    const source = await tenant.open();
    await source.fetch('a');
    valid = 'token-2';
    const answers = await Promise.all(Array.from({ length: 8 }, () => source.fetch('a')));
    expect(answers.every((one) => !('unavailable' in one))).toBe(true);
    expect(tenant.seen('/oauth/token')).toHaveLength(2);
  });

  it('that is refused again makes the interaction fail, not the run, and logs in no third time', async () => {
    await using tenant = await startTenant();
    tenant.on(`${detailPath}a`, answer({}, 401));
    const source = await tenant.open();
    expect(await source.fetch('a')).toEqual({
      unavailable: { reason: 'refused', status: 401, permanent: false },
    });
    expect(tenant.seen('/oauth/token')).toHaveLength(2);
  });

  it('is renewed a little before it expires', async () => {
    await using tenant = await startTenant();
    tenant.on(`${detailPath}a`, answer({ id: 'a' }));
    const source = await tenant.open();
    await source.fetch('a');
    tenant.clock.advance(3_539_000);
    await source.fetch('a');
    expect(tenant.seen('/oauth/token')).toHaveLength(1);
    tenant.clock.advance(1_000);
    await source.fetch('a');
    expect(tenant.seen('/oauth/token')).toHaveLength(2);
    expect(tenant.seen('/.well-known')).toHaveLength(1);
  });

  it('tells the tenant, and the budgets are opened for it', async () => {
    await using tenant = await startTenant();
    tenant.on('/oauth/token', answer(tokenAnswer(jwt({ tenantId: 'acme' }))));
    tenant.on(queryPath, emptyList);
    const { identity } = await (
      await tenant.open({ budgets: { query: { limit: 3, per: '2s' }, media: { limit: 0 } } })
    ).check();
    expect(identity).toEqual({ system: 'cxone', profile: 'interactions', tenant: 'acme' });
    expect(tenant.scopes).toEqual([
      {
        issuer: tenant.server.origin,
        tenant: 'acme',
        rules: {
          query: { limit: 3, perMs: 2000 },
          detail: { limit: 50, perMs: 1000 },
          mark: { limit: 50, perMs: 1000 },
          media: { limit: 0, perMs: 1000 },
        },
      },
    ]);
  });

  it.each(['opaque', 'a.b.c', jwt({ sub: 'x' })])(
    'without a tenant in it (%s) leaves the host name',
    async (token) => {
      await using tenant = await startTenant();
      tenant.on('/oauth/token', answer(tokenAnswer(token)));
      tenant.on(queryPath, emptyList);
      expect((await (await tenant.open()).check()).identity.tenant).toBe('127.0.0.1');
    },
  );

  it('that one caller no longer waits for still reaches the others', async () => {
    await using tenant = await startTenant();
    let release: (() => void) | undefined;
    tenant.on('/oauth/token', (_, response) => {
      release = () => {
        json(response, tokenAnswer('slow'));
      };
    });
    tenant.on(`${detailPath}a`, answer({ id: 'a' }));
    const source = await tenant.open();
    const stop = new AbortController();
    const given = source.fetch('a', { signal: stop.signal });
    const waiting = source.fetch('a');
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(given).rejects.toBe(reason);
    while (release === undefined) await new Promise((resolve) => setImmediate(resolve));
    release();
    expect(await waiting).toMatchObject({ interactionId: 'a' });
    expect(tenant.seen('/oauth/token')).toHaveLength(1);
  });
});

function expectNoSecrets(...things: unknown[]): void {
  const shown = inspect(things, { depth: 20, showHidden: true }) + things.map(String).join();
  for (const secret of [clientSecret, form(clientSecret), 'token-1']) expect(shown).not.toContain(secret);
}
