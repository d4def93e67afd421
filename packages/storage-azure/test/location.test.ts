import { describe, expect, it } from '@jest/globals';

import { parseLocation } from '../src/azure-location.ts';
import { blockBytesFor } from '../src/block-upload.ts';

const parse = (url: string, settings?: unknown) => parseLocation(new URL(url), settings);

describe('an Azure address', () => {
  it.each([
    ['az://container', ''],
    ['az://container/', ''],
    ['az://container/cxone/archives', 'cxone/archives/'],
    ['az://container/cxone/archives/', 'cxone/archives/'],
    ['az://container/with%20space/%C3%A9%3F', 'with space/é?/'],
  ])('names container and prefix: %s', (url, prefix) => {
    expect(parse(url)).toEqual({
      container: 'container',
      prefix,
      account: undefined,
      endpoint: undefined,
      encryptionScope: undefined,
    });
  });

  it('names account, endpoint and encryption scope', () => {
    const endpoint = 'https://name.blob.core.chinacloudapi.cn/';
    const url = `az://c0n-tainer/p?account=name&endpoint=${endpoint}&encryptionScope=scope-1`;
    expect(parse(url)).toMatchObject({
      account: 'name',
      endpoint: 'https://name.blob.core.chinacloudapi.cn',
      encryptionScope: 'scope-1',
    });
  });

  it('wins over the settings, which are for all addresses', () => {
    const settings = { azure: { encryptionScope: 'of-settings' }, other: { plugin: 1 } };
    expect(parse('az://con/p', settings).encryptionScope).toBe('of-settings');
    expect(parse('az://con/p?encryptionScope=own', settings).encryptionScope).toBe('own');
    expect(parse('az://con/p', { other: 1 }).encryptionScope).toBeUndefined();
  });

  it.each([
    [{ azure: {} }],
    [{ azure: { encryptionScope: 1 } }],
    [{ azure: { encryptionScope: '' } }],
    [{ azure: { encryptionScope: 'a', acount: 'b' } }],
    [{ azure: 'scope' }],
    [{ azure: null }],
  ])('refuses settings that are not right: %j', (settings) => {
    expect(() => parse('az://con/p', settings)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('storage.azure') }),
    );
  });

  it.each([
    ['az:///prefix', 'container'],
    ['az://Container/p', 'lower-case'],
    ['az://co/p', '3 to 63'],
    ['az://con--tainer/p', 'hyphens'],
    ['az://con_tainer/p', 'hyphens'],
    ['az://container/p?acount=a&encryptionScope=none&foo=1', 'acount foo'],
    ['az://container/p?account=abc&account=abd', 'account'],
    ['az://container/p?account=', 'account'],
    ['az://container/p?account=evil.example.com/', 'account'],
    ['az://container/p?endpoint=name.blob.core.windows.net', 'endpoint'],
    ['az://container/p?endpoint=ftp://name.blob.core.windows.net', 'endpoint'],
    ['az://container/p//q', 'empty'],
    ['az://container:9000/p', 'port'],
    ['az://container/p#f', 'fragment'],
    ['az://container/%zz', 'escape'],
  ])('that is not right is refused, with the reason: %s', (url, named) => {
    const refuse = () => parse(url);
    expect(refuse).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(refuse).toThrow(named);
  });

  it.each([
    'az://account:top-secret@container/p',
    'az://container/p?sv=2026&sig=top-secret',
    'az://container/p?endpoint=https://user:top-secret@host/',
    'az://container/p?endpoint=https%3A%2F%2Fhost%2F%3Fsig%3Dtop-secret',
  ])('with a secret is refused, and the secret not shown: %s', (url) => {
    let shown = '';
    try {
      parse(url);
    } catch (error) {
      shown = JSON.stringify(error) + String(error);
    }
    expect(shown).toContain('CONFIG_INVALID');
    expect(shown).not.toContain('top-secret');
  });
});

describe('the blocks of an upload', () => {
  it('are never more than Azure allows, for objects up to 5 TiB', () => {
    for (const size of [5_242_881, 262_144_000_000, 262_144_000_001, 5_497_558_138_880]) {
      const bytes = blockBytesFor(size);
      expect(bytes).toBeGreaterThanOrEqual(5_242_880);
      expect(Math.ceil(size / bytes)).toBeLessThanOrEqual(50_000);
    }
    expect(blockBytesFor(undefined) * 50_000).toBeGreaterThan(260e9);
  });
});
