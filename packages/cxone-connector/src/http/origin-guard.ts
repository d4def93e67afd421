import { CxvaultError } from '@cxvault/plugin-api';
import type { Call, Exchange } from './exchange.ts';

/** Whether a URL may be asked: https anywhere, plain http only on this machine unless a setting allows more. */
export function isAllowedUrl(url: URL, allowPlainHttp: boolean): boolean {
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && (allowPlainHttp || isLoopback(url.hostname));
}

/** Throws `SOURCE_REFUSED` for a URL that {@link isAllowedUrl} refuses; before a byte is sent. */
export function guardProtocol(next: Exchange, allowPlainHttp: boolean): Exchange {
  return (call) => {
    if (isAllowedUrl(call.url, allowPlainHttp)) return next(call);
    return Promise.reject(plainHttpRefused(call.url));
  };
}

/**
 * The bearer goes to the API's own origins and nowhere else, and never back after a redirect has left one: each
 * call is sent by `withBearer` or `bare` accordingly.
 */
export function guardOrigin(
  apiOrigins: ReadonlySet<string>,
  layers: { withBearer: Exchange; bare: Exchange },
): Exchange {
  return (call) => (mayCarryBearer(call, apiOrigins) ? layers.withBearer(call) : layers.bare(call));
}

function mayCarryBearer(call: Call, apiOrigins: ReadonlySet<string>): boolean {
  return apiOrigins.has(call.url.origin) && call.leftOrigin !== true;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function plainHttpRefused(url: URL): CxvaultError {
  return new CxvaultError('SOURCE_REFUSED', 'only https is used outside this machine', {
    context: { protocol: url.protocol.replace(':', ''), host: url.host },
    hint: 'use an https address, or set cxone.allowPlainHttp if the network between is trusted',
  });
}
