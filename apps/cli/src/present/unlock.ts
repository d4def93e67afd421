import type { Unlocked } from '../work/unlock.ts';

const reasons = {
  gone: 'its process runs no more',
  silent: 'it gave no sign of life for 2 minutes',
} as const;

/** Whose lock it was. */
export function presentUnlock({ lock }: Unlocked): string {
  if (lock === null) return 'The archive is not locked.';
  const { host, pid, since, renewed_at, holder } = lock;
  const whose =
    host === null || pid === null || since === null
      ? 'of somebody unknown'
      : `of process ${String(pid)} on ${host}, held since ${since}`;
  return `Broke the lock ${whose}, last renewed ${renewed_at}: ${reasons[holder]}.`;
}
