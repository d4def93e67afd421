import { describe, expect, it } from '@jest/globals';

import { parseLocation } from '../src/gcs-location.ts';

const parse = (url: string, env = {}, settings?: unknown) => parseLocation(new URL(url), env, settings);
const kmsKey = 'projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k';

describe('a Google Cloud Storage address', () => {
  it.each([
    ['gs://bucket', ''],
    ['gs://bucket/', ''],
    ['gs://bucket/cxone/archives', 'cxone/archives/'],
    ['gs://bucket/cxone/archives/', 'cxone/archives/'],
    ['gs://bucket/with%20space/%C3%A9%3F', 'with space/é?/'],
  ])('names bucket and prefix: %s', (url, prefix) => {
    expect(parse(url)).toEqual({ bucket: 'bucket', prefix, kmsKey: undefined, emulator: undefined });
  });

  it.each(['abc', 'a-bucket_of.example.com', '0a9'])('takes the bucket name %s', (bucket) => {
    expect(parse(`gs://${bucket}/p`)).toMatchObject({ bucket });
  });

  it('names the key, and wins over the settings', () => {
    const settings = { gcs: { kmsKey } };
    const other = `${kmsKey}2`;
    expect(parse('gs://bucket', {}, settings)).toMatchObject({ kmsKey });
    expect(parse(`gs://bucket?kmsKey=${other}`, {}, settings)).toMatchObject({ kmsKey: other });
    expect(parse('gs://bucket', {}, { azure: {} })).toMatchObject({ kmsKey: undefined });
  });

  it.each([
    ['http://127.0.0.1:4443', 'http://127.0.0.1:4443'],
    ['https://localhost:4443/', 'https://localhost:4443'],
    ['http://localhost:4443/storage/v1/', 'http://localhost:4443'],
    ['localhost:4443', 'http://localhost:4443'],
    ['', undefined],
  ])('takes an emulator from the environment: %j', (host, emulator) => {
    expect(parse('gs://bucket', { STORAGE_EMULATOR_HOST: host })).toMatchObject({ emulator });
  });

  it.each([
    ['gs:///prefix', 'bucket'],
    ['gs://b/p', '3 or more'],
    ['gs://Bucket/p', 'lower-case'],
    ['gs://bucket:80/p', 'port'],
    ['gs://bucket/p#f', 'fragment'],
    ['gs://bucket/p//q', 'empty'],
    ['gs://bucket/%zz', 'escape'],
    ['gs://bucket/p?kmskey=x&region=eu', 'kmskey region'],
    [`gs://bucket/p?kmsKey=${kmsKey}&kmsKey=${kmsKey}`, 'twice'],
    ['gs://bucket/p?kmsKey=', 'is empty'],
    [`gs://bucket/p?kmsKey=${kmsKey}/cryptoKeyVersions/1`, 'Cloud KMS key'],
  ])('that is not right is refused, with the reason: %s', (url, named) => {
    const refuse = () => parse(url);
    expect(refuse).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(refuse).toThrow(named);
  });

  it.each([{ gcs: 'x' }, { gcs: {} }, { gcs: { kmsKey: 7 } }, { gcs: { kmsKey, other: 1 } }, { gcs: null }])(
    'does not take the settings %j',
    (settings) => {
      expect(() => parse('gs://bucket', {}, settings)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      );
    },
  );

  it.each([
    ['gs://user:top-secret@bucket/p', {}],
    ['gs://bucket/p', { STORAGE_EMULATOR_HOST: 'http://user:top-secret@host:1' }],
    ['gs://bucket/p', { STORAGE_EMULATOR_HOST: 'ftp://top-secret:1' }],
  ])('with a secret is refused, and the secret not shown: %s', (url, env) => {
    let message = '';
    try {
      parse(url, env);
    } catch (error) {
      message = JSON.stringify(error) + String(error);
    }
    expect(message).toContain('CONFIG_INVALID');
    expect(message).not.toContain('user:');
    expect(message).not.toContain(':top-secret');
  });
});
