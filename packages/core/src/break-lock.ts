import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore } from '@cxvault/plugin-api';

import { runLockKey } from './layout.ts';
import { holderContext, voidAfterMs } from './lock.ts';
import { highestLock, storeNow } from './lock-file.ts';
import type { HighestLock } from './lock-file.ts';
import { isGone, ownProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** A lock, and why no living run holds it. */
export interface FoundLock {
  readonly object_key: string;
  /** These are null when the lock cannot be read. */
  readonly run_id: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly since: string | null;
  /** By the store's clock. */
  readonly renewed_at: string;
  /** `gone`: its process on this machine runs no more. `silent`: not renewed for 2 minutes. */
  readonly holder: 'gone' | 'silent';
}

/**
 * Removes the run lock when no living run holds it, and tells whose it was; undefined when there is none. Nothing is
 * lost when a run lives after all: it looks for its lock before each entry, and stops. Throws `ARCHIVE_LOCKED` for a
 * lock whose process runs on this machine, or that was renewed in the last 2 minutes.
 */
export async function breakLock(
  store: ObjectStore,
  own: ProcessIdentity = ownProcess(),
): Promise<FoundLock | undefined> {
  const { highest, numbers } = await highestLock(store);
  if (!highest) return undefined;
  const holder = await holderOf(store, highest, own);
  // the highest last, so that an older lock is never the one that counts
  for (const n of numbers.filter((number) => number < highest.n)) await store.remove(runLockKey(n));
  await store.remove(runLockKey(highest.n));
  const { file, n, renewedAt } = highest;
  return {
    object_key: runLockKey(n),
    run_id: file?.run_id ?? null,
    host: file?.host ?? null,
    pid: file?.pid ?? null,
    since: file?.since ?? null,
    renewed_at: renewedAt.toISOString(),
    holder,
  };
}

async function holderOf(
  store: ObjectStore,
  lock: HighestLock,
  own: ProcessIdentity,
): Promise<FoundLock['holder']> {
  const { file, renewedAt } = lock;
  if (file && isGone(file, own)) return 'gone';
  if (file?.host === own.host && file.boot_id === own.boot_id) {
    throw living(
      lock,
      `end process ${file.pid} on this machine; it commits what it has, and gives the lock back`,
    );
  }
  if ((await storeNow(store)) - renewedAt.getTime() > voidAfterMs) return 'silent';
  throw living(
    lock,
    'end the run there; if it died, its lock can be broken 2 minutes after its last sign of life, and the next run takes it over by itself',
  );
}

function living(lock: HighestLock, hint: string): CxvaultError {
  return new CxvaultError('ARCHIVE_LOCKED', 'a living run holds the lock of the archive', {
    context: holderContext(lock),
    hint,
  });
}
