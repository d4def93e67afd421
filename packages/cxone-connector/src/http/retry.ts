import type { SourceLog } from '@cxvault/plugin-api';
import type { CallCounter } from './call-counts.ts';
import type { Clock } from './clock.ts';
import type { Call } from './exchange.ts';
import { RequestFailure } from './request-failure.ts';

/** When and how often a request is sent again. */
export interface RetryPolicy {
  /** Retries after the first try. @default 3 (architecture.md, "Rate") */
  readonly retries: number;
  /** Milliseconds: the longest wait before the first retry; doubles each time. @default 500 */
  readonly baseMs: number;
  /** Milliseconds: no wait is longer, unless the answer asks for it. @default 30_000 */
  readonly capMs: number;
  /** Milliseconds for which one request may be throttled, without using up a retry. @default 1_800_000 */
  readonly throttledMs: number;
  /** Milliseconds for which what concerns one interaction may answer 503, before that counts as its own failure. @default 30_000 */
  readonly unavailableMs: number;
  /** Milliseconds: the longest own pause after a throttled answer; the budget's gate waits for the rest. @default 1_000 */
  readonly throttlePauseMs: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  retries: 3,
  baseMs: 500,
  capMs: 30_000,
  throttledMs: 1_800_000,
  unavailableMs: 30_000,
  throttlePauseMs: 1_000,
};

/** What retrying needs of its surroundings. */
export interface RetrySurroundings {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  /** [0, 1) */
  readonly random: () => number;
  readonly counter: CallCounter;
  readonly log: SourceLog;
}

interface Tries {
  readonly family: string;
  readonly startedAt: number;
  readonly signal: AbortSignal | undefined;
  /** The request concerns no single interaction. */
  readonly wholeSystem: boolean;
  failed: number;
  throttled: number;
  /** How many of `throttled` were 503. */
  unavailable: number;
  successesAtLast503: number | undefined;
}

/**
 * Tries until it works, fails for good, or the policy is used up; then the last `RequestFailure` is thrown. Waits
 * by exponential back-off with full jitter. Throttled answers (429, 503) are the family's concern and use up no
 * retry. But a 503 that comes again although others of the family got through meanwhile, or that stays while there
 * are no others, is this request's own: then all of them were retries.
 */
export async function retrying<T>(
  surroundings: RetrySurroundings,
  call: Pick<Call, 'family' | 'wholeSystem' | 'once' | 'signal'>,
  attempt: () => Promise<T>,
): Promise<T> {
  const startedAt = surroundings.clock.monotonic();
  const tries: Tries = {
    family: call.family,
    startedAt,
    signal: call.signal,
    wholeSystem: call.wholeSystem === true,
    failed: 0,
    throttled: 0,
    unavailable: 0,
    successesAtLast503: undefined,
  };
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      const again = error.transient && call.once !== true;
      const waitMs = again ? waitBeforeNext(surroundings, tries, error) : undefined;
      if (waitMs === undefined) {
        surroundings.log('info', 'request.failed', detailsOf(tries, error));
        throw error;
      }
      await pause(surroundings, tries, error, waitMs);
    }
  }
}

function waitBeforeNext(
  surroundings: RetrySurroundings,
  tries: Tries,
  error: RequestFailure,
): number | undefined {
  const { policy, random } = surroundings;
  if (isThrottled(surroundings, tries, error)) {
    tries.throttled += 1;
    if (error.failure.status === 503) tries.unavailable += 1;
    return random() * Math.min(policy.throttlePauseMs, 100 * 2 ** tries.throttled);
  }
  if (tries.failed + (error.failure.status === 503 ? tries.unavailable : 0) >= policy.retries)
    return undefined;
  const longest = Math.min(policy.capMs, policy.baseMs * 2 ** tries.failed);
  tries.failed += 1;
  return Math.max(random() * longest, error.retryAfterMs ?? 0);
}

function isThrottled(
  { clock, counter, policy }: RetrySurroundings,
  tries: Tries,
  error: RequestFailure,
): boolean {
  const { status } = error.failure;
  if (tries.family === 'login' || (status !== 429 && status !== 503)) return false;
  const elapsedMs = clock.monotonic() - tries.startedAt;
  if (elapsedMs >= policy.throttledMs) return false;
  if (status === 429) return true;
  if (!tries.wholeSystem && tries.unavailable >= policy.retries && elapsedMs >= policy.unavailableMs)
    return false;
  const before = tries.successesAtLast503;
  tries.successesAtLast503 = counter.successes(tries.family);
  return before === undefined || before === tries.successesAtLast503;
}

async function pause(
  { clock, counter, log }: RetrySurroundings,
  tries: Tries,
  error: RequestFailure,
  waitMs: number,
): Promise<void> {
  counter.retried(tries.family);
  log('debug', 'request.retry', { ...detailsOf(tries, error), waitMs: Math.round(waitMs) });
  await clock.sleep(waitMs, tries.signal);
}

function detailsOf(
  { family }: Tries,
  { failure, networkCode, detail }: RequestFailure,
): Record<string, string | number | undefined> {
  const { reason, status, requestId } = failure;
  return { family, reason, status, requestId, networkCode, detail };
}
