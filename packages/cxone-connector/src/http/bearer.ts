import { discardBody } from './body.ts';
import type { Answer, Exchange } from './exchange.ts';
import type { AccessToken, TokenKeeper } from './token-keeper.ts';

/** Adds the access token, and renews it once when the API no longer takes it. */
export function withBearer(next: Exchange, tokens: TokenKeeper, idleMs: number): Exchange {
  return async (call) => {
    const send = (token: AccessToken): Promise<Answer> =>
      next({ ...call, headers: { ...call.headers, authorization: `Bearer ${token.value.reveal()}` } });
    const token = await tokens.current(call.signal);
    const response = await send(token);
    if (response.status !== 401) return response;
    await discardBody(response, { idleMs });
    return send(await tokens.renewed(token, call.signal));
  };
}
