import { discardBody } from './body.ts';
import type { Answer, Call, Exchange } from './exchange.ts';
import { failureOfResponse, RequestFailure } from './request-failure.ts';

/** More hops than this are a loop or a mistake. */
export const maxRedirects = 5;

/**
 * Follows redirects by hand, so that the layers below see every hop: `GET` for all kinds, other methods only for
 * 307 and 308, which keep method and body. What cannot be followed comes back as the response that it is.
 */
export function followRedirects(next: Exchange, idleMs: number): Exchange {
  return async (first) => {
    let call = first;
    for (let hops = 0; ; hops += 1) {
      const response = await next(call);
      const target = targetOf(response, call);
      if (target === undefined) return response;
      await discardBody(response, { idleMs });
      if (hops === maxRedirects) throw new RequestFailure(failureOfResponse(response), { transient: false });
      call = {
        ...call,
        url: target,
        leftOrigin: call.leftOrigin === true || target.origin !== call.url.origin,
      };
    }
  };
}

function targetOf(response: Answer, call: Call): URL | undefined {
  const kept = response.status === 307 || response.status === 308;
  const followed = kept || (call.method === 'GET' && [301, 302, 303].includes(response.status));
  const location = followed ? response.headers.get('location') : null;
  return location === null ? undefined : (URL.parse(location, call.url.href) ?? undefined);
}
