import { connectionErrorKinds, CxvaultError, isCxvaultError, refused } from '@cxvault/plugin-api';
import type { StoreErrorKind } from '@cxvault/plugin-api';

/** By Azure's error code (Blob Storage REST API, "Blob service error codes"), the error's name or the system's code. */
const kindsByName: Readonly<Record<string, StoreErrorKind>> = {
  ...connectionErrorKinds,
  BlobNotFound: 'not-found',
  BlobAlreadyExists: 'exists',
  ConditionNotMet: 'exists',
  TargetConditionNotMet: 'exists',
  InvalidAuthenticationInfo: 'denied',
  BlobImmutableDueToPolicy: 'denied',
  CredentialUnavailableError: 'denied',
  AggregateAuthenticationError: 'denied',
  AuthenticationError: 'denied',
  AuthenticationRequiredError: 'denied',
  ServerBusy: 'throttled',
  TooManyRequests: 'throttled',
  OperationTimedOut: 'transient',
  TimeoutError: 'transient',
  IncompleteBody: 'transient',
  REQUEST_SEND_ERROR: 'transient',
  PARSE_ERROR: 'transient',
  // Bytes changed on their way: the same may be sent again.
  Md5Mismatch: 'transient',
  // Another writer's commit dropped our blocks: who sends them again may win.
  InvalidBlockList: 'transient',
};

/** For answers whose code says nothing to us. A 404, 409 or 412 without a known code says nothing of an object. */
const kindsByStatus: Readonly<Record<number, StoreErrorKind>> = {
  401: 'denied',
  403: 'denied',
  408: 'transient',
  429: 'throttled',
  503: 'throttled',
  507: 'full',
};

const kindsByOwnCode: Readonly<Record<string, StoreErrorKind>> = { STORE_DENIED: 'denied' };

/** Thrown by the driver itself where Azure has no error for it; named like Azure's own, so that it classifies alike. */
export class AzureStoreError extends Error {
  constructor(
    name: 'BlobNotFound' | 'BlobAlreadyExists' | 'IncompleteBody' | 'TimeoutError',
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
  }
}

/** Why a call failed; see `ObjectStore.classify`. Errors are told by shape: SDKs come in several copies. */
export function classifyAzureError(error: unknown): StoreErrorKind {
  if (typeof error !== 'object' || error === null) return 'permanent';
  if (isCxvaultError(error)) return kindsByOwnCode[error.code] ?? 'permanent';
  const named = kindsByName[errorCode(error)] ?? kindsByName[errorName(error)];
  if (named !== undefined) return named;
  const status = httpStatus(error);
  if (status === undefined) return 'permanent';
  return kindsByStatus[status] ?? (status >= 500 ? 'transient' : 'permanent');
}

/** The HTTP status that an SDK's error tells of. */
export function httpStatus(error: unknown): number | undefined {
  const status = fieldOf(error, 'statusCode');
  return typeof status === 'number' ? status : undefined;
}

/** Azure's error code. An answer to HEAD has no body: there it stands in a header only. */
export function errorCode(error: unknown): string {
  return textAt(error, 'code') || textAt(fieldOf(error, 'details'), 'errorCode');
}

/** What kind of error it is where Azure itself did not answer. */
export function errorName(error: unknown): string {
  return textAt(error, 'name');
}

/** The server's lists cannot be relied upon. */
export function unordered(container: string, key: string, after: string): CxvaultError {
  return new CxvaultError('STORE_REFUSED', 'the server does not list blobs in the order of their names', {
    context: { container, key, after },
    hint:
      'use a storage account without hierarchical namespace (Azure portal: Create a storage account > Advanced > ' +
      'Enable hierarchical namespace)',
  });
}

/** The server took a write, but not the encryption scope that had to come with it. */
export function scopeIgnored(key: string): CxvaultError {
  return refused(
    'the server took the object, but not its encryption scope',
    key,
    'look for the scope in the Azure portal: Storage account > Security + networking > Encryption > Encryption ' +
      'scopes; or leave it out of the archive address: the archive is encrypted anyway',
  );
}

/** What should not be there, is. */
export function notWithdrawn(key: string, cause: unknown): CxvaultError {
  return new CxvaultError('STORE_REFUSED', 'an object that was not stored as asked cannot be removed again', {
    context: { key, reason: cause instanceof Error ? cause.message : 'unknown' },
    hint: 'remove it in the Azure portal: Storage account > Containers > (the container) > (the blob) > Delete',
    cause,
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textAt(value: unknown, name: string): string {
  const text = fieldOf(value, name);
  return typeof text === 'string' ? text : '';
}
