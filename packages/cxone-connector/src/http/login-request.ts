import type { JsonObject } from '@cxvault/plugin-api';
import type { Clock } from './clock.ts';
import type { Call, Exchange } from './exchange.ts';
import { readLoginAnswer } from './login-answer.ts';
import type { LoginHints } from './login-answer.ts';
import { retrying } from './retry.ts';
import type { RetrySurroundings } from './retry.ts';

/** What a login needs of its surroundings. */
export interface LoginSurroundings {
  readonly retry: RetrySurroundings;
  readonly clock: Clock;
  /** Sends with redirects left alone, plain http guarded. */
  readonly exchange: Exchange;
  /** The same with redirects followed: for what sends nothing secret. */
  readonly followingExchange: Exchange;
  readonly idleMs: number;
}

/**
 * Sends a request of the login, without a bearer and outside all budgets, and reads the JSON object that comes back.
 * Redirects of a POST are not followed: it carries secrets.
 */
export function loginJson(
  { retry, clock, exchange, followingExchange, idleMs }: LoginSurroundings,
  request: Omit<Call, 'family'>,
  hints: LoginHints,
): Promise<JsonObject> {
  const call: Call = { ...request, family: 'login' };
  const { signal } = request;
  return retrying(retry, call, async () => {
    retry.counter.sent(call.family);
    const response = await (call.method === 'GET' ? followingExchange(call) : exchange(call));
    return readLoginAnswer(response, {
      limits: { idleMs, ...(signal && { signal }) },
      now: clock.now(),
      hints,
    });
  });
}
