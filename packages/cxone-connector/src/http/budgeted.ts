import type { RateBudgets } from '@cxvault/plugin-api';
import type { CallCounter } from './call-counts.ts';
import type { Exchange } from './exchange.ts';

/**
 * Waits for a slot of the family before each request, retries and redirects included, and tells the budget how
 * it ended: it closes the family's gate after 429 and 503.
 */
export function withBudget(
  next: Exchange,
  budgets: (signal: AbortSignal | undefined) => Promise<RateBudgets>,
  counter: CallCounter,
): Exchange {
  return async (call) => {
    const open = await budgets(call.signal);
    const slot = await open.acquire(call.family, { ...(call.signal && { signal: call.signal }) });
    counter.sent(call.family);
    const response = await next(call).catch((error: unknown) => {
      slot.done();
      throw error;
    });
    const { status, headers } = response;
    slot.done({ status, retryAfter: headers.get('retry-after'), date: headers.get('date') });
    counter.answered(call.family, status);
    return response;
  };
}
