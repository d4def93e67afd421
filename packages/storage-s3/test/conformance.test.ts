import { afterAll, beforeAll } from '@jest/globals';

import { describeStore } from '@cxvault/storage-testkit';

import { openS3 } from '../src/factory.ts';
import { env, startFakeS3 } from './fauxqs.ts';
import type { FakeS3 } from './fauxqs.ts';

let server: FakeS3;

beforeAll(async () => {
  server = await startFakeS3();
});

afterAll(() => server.stop());

describeStore('S3Store on fauxqs', {
  make: async () => ({ store: await openS3(server.newArchive(), env, { pageSize: 40 }) }),
  absent: {
    byteOrder: 'fauxqs lists in the order of a language',
    flippedBits: 'fauxqs checks nothing that arrives',
    createIfAbsent: 'fauxqs ignores If-None-Match',
    retention: 'fauxqs ignores Object Lock',
    unfinished: 'fauxqs lists no multipart uploads',
  },
  pageSize: 40,
  bigObjectBytes: 20_000_000,
  errors: [
    { error: s3Error('NoSuchKey', 404), kind: 'not-found' },
    { error: s3Error('NotFound', 404), kind: 'not-found' },
    { error: s3Error('PreconditionFailed', 412), kind: 'exists' },
    { error: s3Error('ConditionalRequestConflict', 409), kind: 'transient' },
    { error: s3Error('AccessDenied', 403), kind: 'denied' },
    { error: s3Error('Unknown', 401), kind: 'denied' },
    { error: s3Error('SignatureDoesNotMatch', 403), kind: 'denied' },
    { error: s3Error('ExpiredToken', 400), kind: 'denied' },
    { error: s3Error('SlowDown', 503), kind: 'throttled' },
    { error: s3Error('ServiceUnavailable', 503), kind: 'throttled' },
    { error: s3Error('Whatever', 429), kind: 'throttled' },
    { error: s3Error('InternalError', 500), kind: 'transient' },
    { error: s3Error('BadGateway', 502), kind: 'transient' },
    { error: s3Error('RequestTimeout', 400), kind: 'transient' },
    { error: s3Error('BadDigest', 400), kind: 'transient' },
    { error: s3Error('XMinioStorageFull', 507), kind: 'full' },
    // A bucket or an upload that is missing says nothing about an object.
    { error: s3Error('NoSuchBucket', 404), kind: 'permanent' },
    { error: s3Error('NoSuchUpload', 404), kind: 'permanent' },
    { error: s3Error('InvalidRequest', 400), kind: 'permanent' },
    { error: Object.assign(new Error('reset'), { code: 'ECONNRESET' }), kind: 'transient' },
    { error: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), kind: 'transient' },
    { error: Object.assign(new Error('late'), { name: 'TimeoutError' }), kind: 'transient' },
    { error: Object.assign(new Error('cut'), { name: 'IncompleteBody' }), kind: 'transient' },
    { error: Object.assign(new Error('stopped'), { name: 'AbortError' }), kind: 'permanent' },
    { error: Object.assign(new Error('no login'), { name: 'CredentialsProviderError' }), kind: 'denied' },
  ],
});

/** Shaped like the SDK's: a service exception with its metadata. */
function s3Error(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}
