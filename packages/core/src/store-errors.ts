import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type { ErrorCode, ObjectStore, StoreErrorKind } from '@cxvault/plugin-api';

interface StoreFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

const failures: Readonly<Record<Exclude<StoreErrorKind, 'exists'>, StoreFailure>> = {
  'not-found': {
    code: 'STORE_NOT_FOUND',
    message: 'the store has no such bucket, folder or object',
    hint: 'check the archive address: bucket or folder must exist',
  },
  denied: {
    code: 'STORE_DENIED',
    message: 'the store refused access',
    hint: 'check the credentials and their rights to read, write and list under the archive address',
  },
  full: {
    code: 'STORE_FULL',
    message: 'the store has no room left',
    hint: 'free or add space, then run again: what is archived stays archived',
  },
  throttled: {
    code: 'STORE_UNREACHABLE',
    message: 'the store keeps asking to slow down',
    hint: 'run again later, or with a lower --concurrency',
  },
  transient: {
    code: 'STORE_UNREACHABLE',
    message: 'the store could not be reached, or kept failing',
    hint: 'check the network and the endpoint, then run again: what is archived stays archived',
  },
  permanent: {
    code: 'STORE_REFUSED',
    message: 'the store refused a request for good',
    hint: 'see the reason in brackets; the store itself gave it',
  },
};

/** The kind of each error that was made here. By its code alone a bucket that is gone looks like an object that is gone. */
const kindsOfExplained = new WeakMap<CxvaultError, StoreErrorKind>();

/** No object of this name: `not-found` to {@link classifyStoreError}. */
export function objectMissing(key: string): CxvaultError {
  const error = new CxvaultError('STORE_NOT_FOUND', 'the store has no such object', { context: { key } });
  kindsOfExplained.set(error, 'not-found');
  return error;
}

/** Classifies raw errors of the store, and the errors that were made of them here. */
export function classifyStoreError(store: ObjectStore, error: unknown): StoreErrorKind {
  const explained = isCxvaultError(error) ? kindsOfExplained.get(error) : undefined;
  return explained ?? store.classify(error);
}

/**
 * Puts a store's failure into the project's words. Errors of code `STORE_…` and other `CxvaultError`s come back
 * as they are, `exists` errors too: callers decide what those mean.
 */
export function storeError(store: ObjectStore, error: unknown, operation: string, key: string): unknown {
  if (isCxvaultError(error)) return error;
  const kind = store.classify(error);
  if (kind === 'exists') return error;
  const { code, message, hint } = failures[kind];
  const explained = new CxvaultError(code, message, {
    context: { operation, key, reason: reasonOf(error) },
    hint,
    cause: error,
  });
  kindsOfExplained.set(explained, kind);
  return explained;
}

/** What an SDK says, in one line and without anything that could be a signed address. */
function reasonOf(error: unknown): string {
  // not instanceof: an SDK's error may come from another realm
  if (typeof error !== 'object' || error === null) return 'unknown';
  const name = 'name' in error ? String(error.name) : 'Error';
  const message = 'message' in error ? String(error.message) : '';
  return `${name}: ${message}`.replaceAll(/\s+/g, ' ').replaceAll(/\?\S*/g, '').slice(0, 200);
}
