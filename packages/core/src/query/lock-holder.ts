import type { ObjectStore } from '@cxvault/plugin-api';

import { voidAfterMs } from '../lock.ts';
import { highestLock } from '../lock-file.ts';
import { isGone } from '../process-identity.ts';

/** Who holds the lock of an archive. */
export interface LockHolder {
  readonly run_id: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly since: string | null;
  readonly renewed_at: string;
  /** `void`: whoever holds it has gone, or given no sign of life for two minutes. */
  readonly state: 'held' | 'void';
}

/**
 * The lock as it lies there; null without one. Only reads: its age is told by our clock, where a run that wants the
 * lock asks the store for its own. `now`: milliseconds since 1970.
 */
export async function lockHolder(store: ObjectStore, now: number): Promise<LockHolder | null> {
  const { highest } = await highestLock(store);
  if (!highest) return null;
  const { file, renewedAt } = highest;
  const isVoid = (file !== undefined && isGone(file)) || now - renewedAt.getTime() > voidAfterMs;
  return {
    run_id: file?.run_id ?? null,
    host: file?.host ?? null,
    pid: file?.pid ?? null,
    since: file?.since ?? null,
    renewed_at: renewedAt.toISOString(),
    state: isVoid ? 'void' : 'held',
  };
}
