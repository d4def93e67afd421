import { connectionErrorKinds, CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type { StoreErrorKind } from '@cxvault/plugin-api';

/** By the error's name, which is S3's error code, or by the system's code. */
const kindsByName: Readonly<Record<string, StoreErrorKind>> = {
  ...connectionErrorKinds,
  NoSuchKey: 'not-found',
  NotFound: 'not-found',
  PreconditionFailed: 'exists',
  AccessDenied: 'denied',
  InvalidAccessKeyId: 'denied',
  SignatureDoesNotMatch: 'denied',
  ExpiredToken: 'denied',
  InvalidToken: 'denied',
  CredentialsProviderError: 'denied',
  SlowDown: 'throttled',
  SlowDownRead: 'throttled',
  SlowDownWrite: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  // Two writers met (Amazon S3 user guide, "Conditional writes"): neither says that there is an object.
  ConditionalRequestConflict: 'transient',
  OperationAborted: 'transient',
  RequestTimeout: 'transient',
  TimeoutError: 'transient',
  IncompleteBody: 'transient',
  // Bytes changed on their way: the same may be sent again.
  BadDigest: 'transient',
  InvalidDigest: 'transient',
  XAmzContentSHA256Mismatch: 'transient',
  XAmzContentChecksumMismatch: 'transient',
  QuotaExceeded: 'full',
  XMinioStorageFull: 'full',
};

const kindsByStatus: Readonly<Record<number, StoreErrorKind>> = {
  401: 'denied',
  403: 'denied',
  404: 'not-found',
  408: 'transient',
  412: 'exists',
  429: 'throttled',
  503: 'throttled',
  507: 'full',
};

/** Thrown by the driver itself where S3 has no error for it; named like S3's own, so that it classifies alike. */
export class S3StoreError extends Error {
  constructor(name: 'NoSuchKey' | 'PreconditionFailed' | 'IncompleteBody', message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
  }
}

/** An answer without a reason but its status; classifies by that. */
class S3AnswerError extends Error {
  override readonly name = 'Unknown';
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(status: number, cause: unknown) {
    super(`the server answered HTTP ${status} and gave no reason`, { cause });
    this.$metadata = { httpStatusCode: status };
  }
}

/** Why a call failed; see `ObjectStore.classify`. Errors are told by shape: SDKs come in several copies. */
export function classifyS3Error(error: unknown): StoreErrorKind {
  // What the driver refuses stays refused; a missing bucket is no missing object.
  if (typeof error !== 'object' || error === null) return 'permanent';
  if (isCxvaultError(error)) return error.code === 'STORE_DENIED' ? 'denied' : 'permanent';
  const named = kindsByName[errorName(error)] ?? kindsByName[textField(error, 'code')] ?? wrappedKind(error);
  if (named !== undefined) return named;
  // NoSuchBucket and NoSuchUpload are 404 too: neither says that an object is absent.
  const status = errorName(error).startsWith('NoSuch') ? undefined : httpStatus(error);
  if (status === undefined) return 'permanent';
  return kindsByStatus[status] ?? (status >= 500 ? 'transient' : 'permanent');
}

/**
 * The SDK wraps what is no `Error` of its own realm (Jest gives tests a realm of their own, and Node's errors
 * are not of it), and keeps name and system code in the message only.
 */
function wrappedKind(error: object): StoreErrorKind | undefined {
  const [, wrapped] = /^AWS SDK error wrapper for (.*)/s.exec(textField(error, 'message')) ?? [];
  const words = wrapped?.match(/\w+/g) ?? [];
  return words.map((word) => kindsByName[word]).find((kind) => kind !== undefined);
}

export function isNoSuchBucket(error: unknown): boolean {
  return errorName(error) === 'NoSuchBucket';
}

/** The HTTP status that an SDK's error tells of. */
export function httpStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** An answer to HEAD has no body: the SDK then knows no reason but the status, and does not say that. */
export function withReason(error: unknown): unknown {
  const status = httpStatus(error);
  if (textField(error, 'message') !== 'UnknownError' || status === undefined) return error;
  return new S3AnswerError(status, error);
}

/** S3's error code. */
export function errorName(error: unknown): string {
  return textField(error, 'name');
}

/** There is no such bucket: never to be mistaken for an archive without objects. */
export function bucketMissing(bucket: string, cause?: unknown): CxvaultError {
  return new CxvaultError('STORE_NOT_FOUND', 'the bucket does not exist', {
    context: { bucket },
    hint: 'create the bucket first, or correct its name, region or endpoint in the archive address',
    cause,
  });
}

/** The object is locked: it can be neither removed nor replaced. */
export function isKept(key: string, why: string): CxvaultError {
  return new CxvaultError('STORE_DENIED', `the object can be neither removed nor replaced: ${why}`, {
    context: { key },
    hint: 'wait until then; if nobody asked to keep it, take the rule for a default retention off the bucket: it keeps lock files, too',
  });
}

/** The server does not encrypt as it was asked to. */
export function notEncrypted(bucket: string, wanted: string, cause?: unknown): CxvaultError {
  return new CxvaultError(
    'STORE_REFUSED',
    'the server does not encrypt objects as the archive address asks',
    {
      context: { bucket, sse: wanted, reason: cause === undefined ? 'ignored' : errorName(cause) },
      hint: 'add sse=none to the archive address if the server need not encrypt (the archive is encrypted anyway)',
      cause,
    },
  );
}

/** The server's lists cannot be relied upon. */
export function unordered(bucket: string, key: string, after: string): CxvaultError {
  return new CxvaultError('STORE_REFUSED', 'the server does not list objects in the order of their names', {
    context: { bucket, key, after },
    hint: 'use a general purpose bucket: directory buckets, and some servers, cannot hold an archive',
  });
}

function textField(value: unknown, field: 'name' | 'code' | 'message'): string {
  if (typeof value !== 'object' || value === null || !(field in value)) return '';
  const text: unknown = Reflect.get(value, field);
  return typeof text === 'string' ? text : '';
}
