import type { SourceFailure } from '@cxvault/plugin-api';
import type { Answer } from './exchange.ts';
import { requestIdOf } from './request-id.ts';

/**
 * Why one request failed, inside this package only: callers get the {@link SourceFailure} as a value or as the
 * context of a `CxvaultError`. It carries no cause, because errors of `fetch` can show signed URLs.
 */
export class RequestFailure extends Error {
  readonly failure: SourceFailure;
  /** True when the same request may succeed soon. */
  readonly transient: boolean;
  /** The network's error code, for example `ECONNRESET`. */
  readonly networkCode: string | undefined;
  /** The answer's own wish, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** What the answer says in words (`errorText`): for the log and for `doctor`, never for a report. */
  readonly detail: string | undefined;

  constructor(
    failure: SourceFailure,
    details: { transient: boolean; networkCode?: string; retryAfterMs?: number; detail?: string },
  ) {
    super(`request failed: ${failure.reason}`);
    this.name = 'RequestFailure';
    this.failure = failure;
    this.transient = details.transient;
    this.networkCode = details.networkCode;
    this.retryAfterMs = details.retryAfterMs;
    this.detail = details.detail;
  }
}

const permanentReasons: Readonly<Record<number, string>> = { 403: 'denied', 404: 'not-found', 410: 'gone' };

/** The failure that an answer with an error status stands for. */
export function failureOfResponse(answer: Answer): SourceFailure {
  const requestId = requestIdOf(answer.headers);
  return {
    ...reasonOfStatus(answer.status),
    status: answer.status,
    ...(requestId !== undefined && { requestId }),
  };
}

function reasonOfStatus(status: number): { reason: string; permanent: boolean } {
  const permanent = permanentReasons[status];
  if (permanent !== undefined) return { reason: permanent, permanent: true };
  if (status === 429) return { reason: 'throttled', permanent: false };
  return { reason: status >= 500 ? 'server-error' : 'refused', permanent: false };
}

/** True for statuses that another try may change: 408 is the server's own time-out. */
export function isTransientStatus(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** The answer came, but cannot be what was asked for. */
export function invalidResponse(answer: Answer): RequestFailure {
  const failure = { ...failureOfResponse(answer), reason: 'invalid-response', permanent: false };
  return new RequestFailure(failure, { transient: true });
}

/** No answer, or one that broke off. Takes only the code of the error: its text may hold a URL. */
export function networkFailure(error: unknown, answer?: Answer): RequestFailure {
  const known = answer === undefined ? {} : failureOfResponse(answer);
  const networkCode = networkCodeOf(error);
  return new RequestFailure(
    { ...known, reason: 'network', permanent: false },
    { transient: true, ...(networkCode !== undefined && { networkCode }) },
  );
}

function networkCodeOf(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 4) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return networkCodeOf(error.cause, depth + 1);
}
