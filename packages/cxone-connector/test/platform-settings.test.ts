import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { readPlatformSettings } from '../src/platform/settings.ts';
import type { PlatformSettings } from '../src/platform/settings.ts';

const env = {
  CXONE_ACCESS_KEY_ID: 'key',
  CXONE_ACCESS_KEY_SECRET: 'hush-hush',
  CXONE_CLIENT_ID: 'id',
  CXONE_CLIENT_SECRET: 'hush-hush',
};

function refusal(settings: unknown, variables: NodeJS.ProcessEnv): unknown {
  try {
    return readPlatformSettings(settings, variables);
  } catch (error) {
    return error;
  }
}

describe('settings of the platform', () => {
  it('need only credentials', () => {
    const { issuer, apiBase, dfoBase, apiVersion, markerField, way, rules } = readPlatformSettings({}, env);
    expect(issuer.href).toBe('https://cxone.niceincontact.com/');
    expect({ apiBase, dfoBase, apiVersion, markerField }).toEqual({
      apiBase: undefined,
      dfoBase: undefined,
      apiVersion: '30',
      markerField: 'archival_status',
    });
    expect(way).toMatchObject({ tokenUrl: undefined, client: {} });
    expect(rules).toEqual({
      acd: { limit: 2, perMs: 1000 },
      'media-playback': { limit: 120, perMs: 300_000, even: true },
      'business-data': { limit: 5, perMs: 1000 },
      dfo: { limit: 120_000, perMs: 3_600_000 },
      'data-extraction': { limit: 1, perMs: 31_000 },
      media: { limit: 0, perMs: 1000 },
    });
  });

  it.each<[unknown, string]>([
    [30, '30'],
    ['30', '30'],
    ['v33', '33'],
    ['V6.0', '6'],
    [' 30.0 ', '30'],
  ])('take %j for the version %s', (apiVersion, version) => {
    expect(readPlatformSettings({ apiVersion }, env).apiVersion).toBe(version);
  });

  it.each([30.5, '', 'v', '30.1', '../30', 'thirty', -1])('refuse %j as a version', (apiVersion) => {
    expect(refusal({ apiVersion }, env)).toMatchObject({
      code: 'CONFIG_INVALID',
      context: { setting: 'cxone.apiVersion' },
      hint: expect.stringContaining('is no version'),
    });
  });

  it.each(['acd', 'media-playback', 'business-data', 'dfo', 'data-extraction', 'media'])(
    'set the budget of %s',
    (family) => {
      const read = (budget: object): PlatformSettings =>
        readPlatformSettings({ budgets: { [family]: budget } }, env);
      const before = readPlatformSettings({}, env).rules[family];
      expect(read({ limit: 9, per: '7s' }).rules[family]).toEqual({ ...before, limit: 9, perMs: 7000 });
      expect(read({ limit: 0 }).rules[family]).toEqual({ ...before, limit: 0 });
    },
  );

  it('of the environment win', () => {
    const settings = {
      apiBase: 'https://a.test',
      issuer: 'https://b.test',
      tokenUrl: 'https://c.test/t',
      markerField: 'm',
    };
    const read = readPlatformSettings(settings, {
      ...env,
      CXONE_API_BASE: 'https://d.test/base',
      CXONE_ISSUER: 'https://e.test',
      CXONE_TOKEN_URL: 'https://f.test/t',
      CXONE_ARCHIVAL_FIELD_ID: 'n',
    });
    expect([read.apiBase?.href, read.issuer.href, read.way.tokenUrl?.href, read.markerField]).toEqual([
      'https://d.test/base',
      'https://e.test/',
      'https://f.test/t',
      'n',
    ]);
  });

  it.each(Object.keys(env))('miss %s by name, and show nothing else', (variable) => {
    const error = refusal({}, { ...env, [variable]: ' ' });
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', hint: `set ${variable}` });
    expect(inspect(error)).not.toContain('hush-hush');
  });

  it('need no client for the older login', () => {
    const { CXONE_ACCESS_KEY_ID, CXONE_ACCESS_KEY_SECRET } = env;
    const CXONE_TOKEN_URL = 'https://na1.nice-incontact.com/authentication/v1/token/access-key';
    const { way } = readPlatformSettings(
      {},
      { CXONE_ACCESS_KEY_ID, CXONE_ACCESS_KEY_SECRET, CXONE_TOKEN_URL },
    );
    expect(way.client).toBeUndefined();
    expect(way.tokenUrl?.href).toBe(CXONE_TOKEN_URL);
  });

  it.each([
    'http://dfo.example.test',
    'https://u:hush-hush@dfo.example.test',
    'https://dfo.example.test/?key=hush-hush',
  ])('refuse the address %s', (dfoBase) => {
    const error = refusal({ dfoBase }, env);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', context: { setting: 'cxone.dfoBase' } });
    expect(inspect(error)).not.toContain('hush-hush');
  });
});
