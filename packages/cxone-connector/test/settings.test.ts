import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { SourceContext } from '@cxvault/plugin-api';
import offerSource from '../src/hook.ts';
import { sourceFactory } from '../src/index.ts';

const env = {
  CXONE_API_BASE: 'https://api.example.test',
  CXONE_CLIENT_ID: 'id',
  CXONE_CLIENT_SECRET: 'hush-hush',
};

async function open(
  settings: unknown,
  variables: NodeJS.ProcessEnv = env,
  profile = 'interactions',
): Promise<unknown> {
  const context: SourceContext = {
    settings,
    env: variables,
    openBudgets: () => ({ acquire: () => Promise.reject(new Error('unused')), close: () => undefined }),
    log: () => undefined,
  };
  return sourceFactory.open(profile, context).then(
    (source) => source.close(),
    (error: unknown) => error,
  );
}

describe('settings', () => {
  it.each([
    ['nothing', undefined],
    [
      'everything',
      {
        profile: 'interactions',
        apiBase: 'https://other.example.test/base',
        issuer: 'https://issuer.example.test',
        apiVersion: 30,
        settlingLag: '0s',
        lookBack: '2h',
        markerField: 12,
        markerName: 'x',
        volatileFields: ['a'],
        queryPath: '/q',
        detailPath: '/d/{id}',
        markPath: '/m/{id}',
        budgets: { query: { limit: 0 }, 'media-playback': { limit: 120, per: '300s' } },
        allowPlainHttp: false,
      },
    ],
  ])('may say %s', async (_, settings) => {
    expect(await open(settings)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [{ apibase: 'x' }, 'cxone.apibase'],
    [{ budgets: { query: { limit: 1, each: '1s' } } }, 'cxone.budgets.query.each'],
    [{ budgets: { queries: { limit: 1 } } }, 'cxone.budgets.queries'],
    [{ budgets: { query: { limit: -1 } } }, 'cxone.budgets.query.limit'],
    [{ budgets: { query: { limit: 1, per: '5 minutes' } } }, 'cxone.budgets.query.per'],
    [{ settlingLag: '1w' }, 'cxone.settlingLag'],
    [{ detailPath: '/no-id' }, 'cxone.detailPath'],
    [{ markPath: 'https://evil.example.test/{id}' }, 'cxone.markPath'],
    [{ volatileFields: 'a' }, 'cxone.volatileFields'],
    [[], 'cxone'],
  ])('that are wrong are named: %j', async (settings, setting) => {
    expect(await open(settings)).toMatchObject({
      code: 'CONFIG_INVALID',
      context: { setting },
      hint: expect.any(String),
    });
  });

  it.each(['CXONE_API_BASE', 'CXONE_CLIENT_ID', 'CXONE_CLIENT_SECRET'])(
    'miss %s by name',
    async (variable) => {
      const error = await open({}, { ...env, [variable]: ' ' });
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', hint: expect.stringContaining(variable) });
      expect(inspect(error)).not.toContain('hush-hush');
    },
  );

  it.each([
    ['http://api.example.test', 'plain http'],
    ['https://user:hush-hush@api.example.test', 'not a plain https URL'],
    ['https://api.example.test/?key=hush-hush', 'not a plain https URL'],
    ['api.example.test', 'not a plain https URL'],
    ['ftp://api.example.test', 'not a plain https URL'],
  ])('refuse the address %s', async (address, message) => {
    for (const variable of ['CXONE_API_BASE', 'CXONE_ISSUER', 'CXONE_TOKEN_URL']) {
      const error = await open({}, { ...env, [variable]: address });
      expect(error).toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(message),
        context: { variable },
      });
      expect(inspect(error)).not.toContain('hush-hush');
    }
  });

  it.each(['http://localhost:1', 'http://127.0.0.1:1', 'http://[::1]:1'])(
    'allow plain http on this machine: %s',
    async (address) => {
      expect(await open({}, { ...env, CXONE_API_BASE: address })).toBeUndefined();
    },
  );

  it.each(['http://localhost.example.test', 'http://127.0.0.1.example.test', 'http://127.evil.test'])(
    'are not fooled by %s',
    async (address) => {
      expect(await open({}, { ...env, CXONE_API_BASE: address })).toMatchObject({ code: 'CONFIG_INVALID' });
    },
  );

  it('allow plain http elsewhere only when they say so', async () => {
    expect(
      await open({ allowPlainHttp: true }, { ...env, CXONE_API_BASE: 'http://api.example.test' }),
    ).toBeUndefined();
  });

  it('know no other profile', async () => {
    expect(await open({}, env, 'tutorial')).toMatchObject({
      code: 'CONFIG_INVALID',
      context: { profile: 'tutorial' },
    });
  });
});

describe('hook', () => {
  it('offers the factory', async () => {
    expect(await offerSource()).toMatchObject({
      contractVersion: 1,
      factories: [{ profiles: ['interactions', 'platform'] }],
    });
  });
});
