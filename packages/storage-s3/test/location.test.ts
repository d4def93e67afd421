import { describe, expect, it } from '@jest/globals';

import { parseLocation } from '../src/s3-location.ts';
import { partBytesFor } from '../src/parts.ts';

const parse = (url: string, env = {}) => parseLocation(new URL(url), env);

describe('an S3 address', () => {
  it.each([
    ['s3://bucket', ''],
    ['s3://bucket/', ''],
    ['s3://bucket/cxone/archives', 'cxone/archives/'],
    ['s3://bucket/cxone/archives/', 'cxone/archives/'],
    ['s3://bucket/with%20space/%C3%A9%3F', 'with space/é?/'],
  ])('names bucket and prefix: %s', (url, prefix) => {
    expect(parse(url)).toMatchObject({ bucket: 'bucket', prefix });
  });

  it('leaves to Amazon what it does not say', () => {
    expect(parse('s3://bucket/p')).toEqual({
      bucket: 'bucket',
      prefix: 'p/',
      region: undefined,
      endpoint: undefined,
      pathStyle: false,
      encryption: { kind: 'AES256', required: false },
    });
  });

  it('wins over the environment', () => {
    const env = {
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL: 'http://x',
    };
    expect(parse('s3://b/p', env)).toMatchObject({
      region: 'eu-west-1',
      endpoint: 'http://127.0.0.1:1',
      pathStyle: true,
    });
    const url = 's3://b/p?region=eu-central-1&endpoint=https://s3.example.com&pathStyle=false';
    expect(parse(url, env)).toMatchObject({
      region: 'eu-central-1',
      endpoint: 'https://s3.example.com',
      pathStyle: false,
    });
  });

  it('takes path style and a region for granted with an endpoint of its own', () => {
    expect(parse('s3://b?endpoint=http://127.0.0.1:9000')).toMatchObject({
      pathStyle: true,
      region: 'us-east-1',
    });
  });

  it('chooses the encryption', () => {
    expect(parse('s3://b?sse=AES256').encryption).toEqual({ kind: 'AES256', required: true });
    expect(parse('s3://b?sse=none').encryption).toBeUndefined();
    expect(parse('s3://b?sse=aws:kms&kmsKeyId=alias/key').encryption).toEqual({
      kind: 'aws:kms',
      keyId: 'alias/key',
      required: true,
    });
  });

  it.each([
    ['s3:///prefix', 'bucket'],
    ['s3://b/p?regoin=eu&sse=none&foo=1', 'regoin foo'],
    ['s3://b/p?region=eu&region=us', 'region'],
    ['s3://b/p?region=', 'region'],
    ['s3://b/p?sse=AES512', 'AES512'],
    ['s3://b/p?kmsKeyId=key', 'sse=aws:kms'],
    ['s3://b/p?sse=AES256&kmsKeyId=key', 'sse=aws:kms'],
    ['s3://b/p?pathStyle=yes', 'pathStyle'],
    ['s3://b/p?endpoint=s3.example.com', 'endpoint'],
    ['s3://b/p?endpoint=ftp://s3.example.com', 'endpoint'],
    ['s3://b/p//q', 'empty'],
    ['s3://b:9000/p', 'port'],
    ['s3://b/p#f', 'fragment'],
    ['s3://b/%zz', 'escape'],
  ])('that is not right is refused, with the reason: %s', (url, named) => {
    const refuse = () => parse(url);
    expect(refuse).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(refuse).toThrow(named);
  });

  it.each(['s3://AKIAKEY:top-secret@bucket/p', 's3://b/p?endpoint=http://AKIAKEY:top-secret@host/'])(
    'with a secret is refused, and the secret not shown: %s',
    (url) => {
      let message = '';
      try {
        parse(url);
      } catch (error) {
        message = JSON.stringify(error) + String(error);
      }
      expect(message).toContain('CONFIG_INVALID');
      expect(message).not.toContain('top-secret');
    },
  );
});

describe('the parts of an upload', () => {
  it('are never more than S3 allows, for objects up to 5 TiB', () => {
    for (const size of [5_242_881, 52_428_800_000, 52_428_800_001, 5_497_558_138_880]) {
      const bytes = partBytesFor(size);
      expect(bytes).toBeGreaterThanOrEqual(5_242_880);
      expect(Math.ceil(size / bytes)).toBeLessThanOrEqual(10_000);
    }
    expect(partBytesFor(undefined) * 10_000).toBeGreaterThan(50e9);
  });
});
