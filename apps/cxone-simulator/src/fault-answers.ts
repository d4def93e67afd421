import { html } from './answer.ts';
import type { Answer } from './answer.ts';
import type { Faults, TransientKind } from './fault-settings.ts';
import { hash32, pick } from './hash.ts';
import type { Refuse } from './site.ts';
import { streams } from './streams.ts';

const serverErrors = [500, 502, 503] as const;
const retryAfterForms = ['seconds', 'date', 'none'] as const;

/** The answers that take the place of the right one; undefined for faults that are none of an answer. */
export function faultAnswer(
  kind: TransientKind | undefined,
  faults: Faults,
  draw: { readonly seed: number; readonly number: number; readonly now: number },
  refuse: Refuse,
): Answer | undefined {
  const h = hash32(draw.seed, streams.faultKind, draw.number);
  if (kind === 'throttle') {
    const form = faults.throttle?.retryAfter ?? 'mixed';
    return throttled(
      form === 'mixed' ? pick(retryAfterForms, h) : form,
      faults.throttle?.seconds ?? 1,
      draw.now,
      refuse,
    );
  }
  if (kind === 'serverError') {
    return refuse(
      faults.serverError?.status ?? pick(serverErrors, h),
      'SERVER_ERROR',
      'something went wrong',
    );
  }
  if (kind === 'html200') return html(200);
  return kind === 'html5xx' ? html(pick(serverErrors, h)) : undefined;
}

/** 429, with Retry-After in one of its forms (RFC 9110, section 10.2.3), by the tenant's clock. */
export function throttled(
  form: 'seconds' | 'date' | 'none',
  seconds: number,
  now: number,
  refuse: Refuse,
): Answer {
  const date = new Date((Math.ceil(now / 1000) + seconds) * 1000).toUTCString();
  const header: Record<string, string> =
    form === 'none' ? {} : { 'retry-after': form === 'date' ? date : String(seconds) };
  return refuse(429, 'TOO_MANY_REQUESTS', 'slow down', header);
}
