import { connectionErrorKinds, CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type { StoreErrorKind } from '@cxvault/plugin-api';

/** By Google's reason (Cloud Storage JSON API, "HTTP status and error codes"), our own, or the system's code. */
const kindsByReason: Readonly<Record<string, StoreErrorKind>> = {
  ...connectionErrorKinds,
  conditionNotMet: 'exists',
  // Some of these come as 403.
  rateLimitExceeded: 'throttled',
  userRateLimitExceeded: 'throttled',
  quotaExceeded: 'throttled',
  // No missing object.
  bucketMissing: 'permanent',
  loginFailed: 'denied',
  timeout: 'transient',
  incompleteBody: 'transient',
  invalidAnswer: 'transient',
  uploadLost: 'transient',
  // Bytes changed on their way: the same may be sent again.
  checksumMismatch: 'transient',
};

const kindsByStatus: Readonly<Record<number, StoreErrorKind>> = {
  401: 'denied',
  403: 'denied',
  404: 'not-found',
  408: 'transient',
  // Two changes met: neither says that there is an object.
  409: 'transient',
  412: 'exists',
  429: 'throttled',
  503: 'throttled',
};

const kindsByOwnCode: Readonly<Record<string, StoreErrorKind>> = { STORE_DENIED: 'denied' };

/** Why a request failed. Made anew of what the SDK throws: that carries addresses of uploads, and those are secrets. */
export class GcsError extends Error {
  /** Google's reason, the system's code, or one of our own. */
  readonly reason: string;
  readonly status: number | undefined;

  constructor(reason: string, message: string, status?: number) {
    super(message);
    this.name = 'GcsError';
    this.reason = reason;
    this.status = status;
  }
}

/** Why a call failed; see `ObjectStore.classify`. Errors are told by shape: packages come in several copies. */
export function classifyGcsError(error: unknown): StoreErrorKind {
  if (typeof error !== 'object' || error === null) return 'permanent';
  if (isCxvaultError(error)) return kindsByOwnCode[error.code] ?? 'permanent';
  const { reason, status } = reasonOf(error);
  const named = kindsByReason[reason];
  if (named !== undefined) return named;
  if (status === undefined) return 'permanent';
  return kindsByStatus[status] ?? (status >= 500 ? 'transient' : 'permanent');
}

/** What the error of a request tells; nothing of other errors. */
export function reasonOf(error: unknown): { readonly reason: string; readonly status: number | undefined } {
  const status = fieldOf(error, 'status');
  return {
    reason: textOf(fieldOf(error, 'reason')),
    status: typeof status === 'number' ? status : undefined,
  };
}

/** Google has its reason in the answer's JSON; a proxy on the way may answer with anything. */
export function answerError(status: number, text: string): GcsError {
  const error = fieldOf(parsed(text), 'error');
  const errors = fieldOf(error, 'errors');
  const reason = textOf(fieldOf(Array.isArray(errors) ? errors[0] : undefined, 'reason'));
  // As plain text where the content was asked for.
  const said = error === undefined ? plain(text) : textOf(fieldOf(error, 'message'));
  const message = ['HTTP', status, reason, said && `(${said})`].filter((word) => word !== '').join(' ');
  return new GcsError(ownReason(status, said) ?? reason, message, status);
}

/** Where Google's reason says less than its words. */
function ownReason(status: number, said: string): string | undefined {
  // "notFound", as for an object.
  if (status === 404 && /bucket does not exist/i.test(said)) return 'bucketMissing';
  // "invalid": bytes that are not of the checksum that came with them.
  if (status === 400 && /(crc32c|md5).*(match|hash)/i.test(said)) return 'checksumMismatch';
  return undefined;
}

/** The server's lists cannot be relied upon. */
export function unordered(bucket: string, key: string, after: string): CxvaultError {
  return new CxvaultError('STORE_REFUSED', 'the server does not list objects in the order of their names', {
    context: { bucket, key, after },
    hint: 'take Google Cloud Storage itself, or an emulator that does',
  });
}

/** What should not be there, is. */
export function notWithdrawn(key: string, cause: unknown): CxvaultError {
  return new CxvaultError('STORE_REFUSED', 'an object that was not stored as asked cannot be removed again', {
    context: { key, reason: cause instanceof Error ? cause.message : 'unknown' },
    hint: 'remove it in the Google Cloud console: Cloud Storage > Buckets > (the bucket) > (the object) > Delete',
    cause,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One line without markup, not too long. */
function plain(text: string): string {
  return text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
