import type { AnswerHeaders } from './exchange.ts';

/** Longer waits are not granted to a server (architecture.md, "Rate"). */
export const maxRetryAfterMs = 900_000; // 15 min

/**
 * Milliseconds that `Retry-After` asks for: seconds, or a date that is measured against the answer's own `Date`,
 * so that a clock that differs from ours does no harm. Undefined without a readable value.
 */
export function retryAfterMs(headers: AnswerHeaders, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return bounded(Number(text) * 1000);
  const until = Date.parse(text);
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(until) ? undefined : bounded(until - (Number.isNaN(date) ? now : date));
}

function bounded(ms: number): number {
  return Math.min(Math.max(ms, 0), maxRetryAfterMs);
}
