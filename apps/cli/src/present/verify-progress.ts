import type { VerifyProgress } from '@cxvault/core';
import type { Pace } from '../pace.ts';
import type { ProgressState } from '../progress.ts';
import { count, elapsed, size } from './layout.ts';

/** How far a verify is, in one line. `bytes`: how fast it reads; `objects`: how fast it goes on. */
export function presentVerifyProgress(
  { checked, total, bytes }: VerifyProgress,
  pace: { readonly objects: Pace; readonly bytes: Pace },
): ProgressState {
  const share = total === 0 ? 100 : Math.floor((checked / total) * 100);
  const perSecond = pace.bytes.perSecond() ?? 0;
  const speed = perSecond > 0 ? ` (${size(Math.round(perSecond))}/s)` : '';
  const ms = checked < total ? pace.objects.until(total - checked) : undefined;
  const left = ms === undefined ? '' : `, about ${elapsed(ms)} left`;
  return {
    text: `verifying: ${count(checked)} of ${count(total)} objects (${String(share)} %), ${size(bytes)}${speed}${left}`,
    done: checked,
    total,
  };
}
