import type { Exchange, Fetch } from './exchange.ts';
import { networkFailure } from './request-failure.ts';

/** How long a server may be silent. */
export interface TimeLimits {
  /** Milliseconds from the request to the response's headers. @default 60_000 */
  readonly headersMs: number;
  /** Milliseconds between two pieces of a body. @default 60_000 */
  readonly idleMs: number;
}

export const defaultTimeLimits: TimeLimits = { headersMs: 60_000, idleMs: 60_000 };

/** The innermost layer: `fetch`, one request, redirects left to the caller. */
export function transport(fetch: Fetch, limits: TimeLimits): Exchange {
  return async ({ url, method, headers, body, signal }) => {
    signal?.throwIfAborted();
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort();
    }, limits.headersMs);
    const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
    try {
      return await fetch(url, { method, headers, body: body ?? null, redirect: 'manual', signal: either });
    } catch (error) {
      signal?.throwIfAborted();
      throw networkFailure(late.signal.aborted ? undefined : error);
    } finally {
      clearTimeout(timer);
    }
  };
}
