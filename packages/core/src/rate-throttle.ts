/** What a response said, as far as the rate is concerned. */
export interface RateResponse {
  readonly status: number;
  readonly retryAfter?: string | null;
  readonly date?: string | null;
}

/** The longest that a `Retry-After` closes a gate: 15 min, in milliseconds. */
export const longestGateMs = 15 * 60_000;
/** Back-off without `Retry-After`: the first wait is drawn from [0, this] milliseconds, … */
const firstBackoffMs = 1_000;
/** … each later one from twice that, up to this. */
const longestBackoffMs = 60_000;

/** 429 and 503: the whole family must wait. */
export function isThrottled(response: RateResponse | undefined): boolean {
  return response?.status === 429 || response?.status === 503;
}

/** An answer that shows the source working: all but throttling, server errors and no answer at all. */
export function isSuccess(response: RateResponse | undefined): boolean {
  return response !== undefined && response.status !== 429 && response.status < 500;
}

/**
 * How long the gate stays closed, in milliseconds: `Retry-After` in seconds or as a date (measured against the
 * answer's own `Date`, so that our clock does not matter), at most 15 min; else full jitter on a doubling wait.
 */
export function gateMs(
  response: RateResponse,
  earlierThrottles: number,
  now: number,
  random: () => number,
): number {
  const asked = retryAfterMs(response, now);
  if (asked !== undefined) return Math.min(Math.max(0, asked), longestGateMs);
  return random() * Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(earlierThrottles, 30));
}

function retryAfterMs({ retryAfter, date }: RateResponse, now: number): number | undefined {
  const text = retryAfter?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  // Date.parse takes much that is no HTTP date; all of those have letters (RFC 9110, 5.6.7)
  const until = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const answered = Date.parse(date ?? '');
  return until - (Number.isNaN(answered) ? now : answered);
}
