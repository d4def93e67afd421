import { newId } from '@cxvault/crypto-codec';
import { CxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore, SourceLog } from '@cxvault/plugin-api';

import type { Clock } from './clock.ts';
import { descriptorKey, runLockKey } from './layout.ts';
import { encodeLock, highestLock, storeNow } from './lock-file.ts';
import type { HighestLock, LockFile } from './lock-file.ts';
import { isGone, ownProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { tryCreateObject } from './store-create.ts';

/** Architecture, "One run at a time". */
const renewEveryMs = 30_000;
/** By the store's clock. */
export const voidAfterMs = 120_000;
/** Others may take the number that we want; each time there is a new holder to look at. */
const attempts = 10;

export interface RunLockOptions {
  readonly runId: string;
  readonly clock: Clock;
  readonly log?: SourceLog;
  /**
   * The process that holds the lock.
   * @default this one
   */
  readonly process?: ProcessIdentity;
}

/** What keeps a second run away, of one archive or of several. */
export interface ArchiveLock {
  /** True on a store without conditional create: two runs that start at the same moment may both get it. */
  readonly bestEffort: boolean;
  /** Throws `ARCHIVE_LOCK_LOST` when the lock is another's. */
  check(): Promise<void>;
  /** Does not throw. */
  release(): Promise<void>;
}

/**
 * Keeps a second run away from the archive. It saves work; correctness does not hang on it. The lock is renewed in
 * the background, without keeping the process alive, until it is released or lost.
 */
export class RunLock implements ArchiveLock {
  readonly bestEffort: boolean;
  readonly #store: ObjectStore;
  readonly #options: RunLockOptions;
  readonly #file: LockFile;
  readonly #stop = new AbortController();
  #n: number;
  #renewedAt: number;
  #lost: CxvaultError | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #renewing: Promise<void> = Promise.resolve();

  private constructor(store: ObjectStore, options: RunLockOptions, file: LockFile, n: number) {
    this.bestEffort = !store.capabilities.createIfAbsent;
    this.#store = store;
    this.#options = options;
    this.#file = file;
    this.#n = n;
    this.#renewedAt = options.clock.now();
  }

  /**
   * Takes the lock, from a holder that is void as well: one that was not renewed for 2 min by the store's clock,
   * or whose process on this machine is gone. Throws `ARCHIVE_LOCKED` and says who holds it.
   */
  static async acquire(store: ObjectStore, options: RunLockOptions): Promise<RunLock> {
    const owner = options.process ?? ownProcess();
    const since = new Date(options.clock.now()).toISOString();
    const file: LockFile = { run_id: options.runId, ...owner, token: newId(), since };
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const { highest } = await highestLock(store);
      if (highest && !(await isVoid(store, highest, owner))) throw locked(highest);
      const n = (highest?.n ?? 0) + 1;
      if (!(await create(store, n, file))) continue;
      const lock = new RunLock(store, options, file, n);
      lock.#renewing = lock.#renew();
      return lock;
    }
    throw new CxvaultError('ARCHIVE_LOCKED', 'others keep taking the lock of the archive', {
      hint: 'run again in a moment',
    });
  }

  /**
   * Throws `ARCHIVE_LOCK_LOST` when the lock is another's or was broken, and `STORE_NOT_FOUND` while the whole archive
   * is away, such as a folder that is not mounted: what is not there is not lost. A lock that is void, but that nobody
   * has taken over, is taken again. Asks the store each time.
   */
  async check(): Promise<void> {
    await this.#inTurn(() => this.#confirm());
  }

  /**
   * Gives the lock back, if it is still ours, and clears away older ones. May be called twice. Does not throw: a
   * lock that cannot be removed is void in 2 minutes, and what the run did is worth more than that.
   */
  async release(): Promise<void> {
    this.#stop.abort();
    await this.#renewing;
    try {
      await this.#inTurn(() => this.#remove());
    } catch (error) {
      this.#log('lock.release_failed', error);
    }
  }

  async #remove(): Promise<void> {
    const { highest, numbers } = await highestLock(this.#store);
    if (!highest || !this.#isOurs(highest)) return;
    const older = numbers.filter((n) => n !== highest.n).map((n) => this.#store.remove(runLockKey(n)));
    await Promise.all(older);
    // last, so that an older lock is never the highest
    await this.#store.remove(runLockKey(highest.n));
  }

  async #renew(): Promise<void> {
    const { signal } = this.#stop;
    while (!this.#isOver()) {
      try {
        await this.#options.clock.sleep(renewEveryMs, signal, true);
        await this.#inTurn(() => this.#confirm(true));
      } catch (error) {
        if (this.#isOver()) return;
        // the next renewal may succeed; whether the lock is lost, check() tells
        this.#log('lock.renewal_failed', error);
      }
    }
  }

  #log(event: string, error: unknown): void {
    this.#options.log?.('warn', event, { reason: error instanceof Error ? error.message : undefined });
  }

  #isOver(): boolean {
    return this.#stop.signal.aborted || this.#lost !== undefined;
  }

  async #confirm(renew = false): Promise<void> {
    if (this.#lost) throw this.#lost;
    const { highest } = await highestLock(this.#store);
    if (!highest && !(await this.#store.stat(descriptorKey))) throw archiveAway();
    if (!highest || !this.#isOurs(highest)) throw this.#lose(highest);
    const now = this.#options.clock.now();
    if (now - this.#renewedAt >= voidAfterMs) await this.#takeAgain();
    else if (renew) await this.#store.put(runLockKey(this.#n), encodeLock(this.#file));
    else return;
    this.#renewedAt = now;
  }

  /** Ours is void: whoever takes over creates the next number, and so do we. */
  async #takeAgain(): Promise<void> {
    if (!(await create(this.#store, this.#n + 1, this.#file))) {
      throw this.#lose((await highestLock(this.#store)).highest);
    }
    this.#n += 1;
  }

  /** By its token, whatever its number: taking it again may have worked though the answer was lost. */
  #isOurs({ file }: HighestLock): boolean {
    return file?.token === this.#file.token;
  }

  #lose(holder: HighestLock | undefined): CxvaultError {
    const message = holder
      ? 'another run has taken over the lock of the archive'
      : 'the lock of the archive was removed';
    this.#lost = new CxvaultError('ARCHIVE_LOCK_LOST', message, {
      context: holder ? holderContext(holder) : { lock: runLockKey(this.#n) },
      hint: 'what was committed is safe; run again when the other run has ended',
    });
    return this.#lost;
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

async function create(store: ObjectStore, n: number, file: LockFile): Promise<boolean> {
  if ((await tryCreateObject(store, runLockKey(n), encodeLock(file))) === 'taken') return false;
  // without conditional create another may have written the same name since: the last one has it
  return store.capabilities.createIfAbsent || (await highestLock(store)).highest?.file?.token === file.token;
}

async function isVoid(store: ObjectStore, lock: HighestLock, own: ProcessIdentity): Promise<boolean> {
  if (lock.file && isGone(lock.file, own)) return true;
  return (await storeNow(store)) - lock.renewedAt.getTime() > voidAfterMs;
}

function locked(holder: HighestLock): CxvaultError {
  return new CxvaultError('ARCHIVE_LOCKED', 'another run holds the lock of the archive', {
    context: holderContext(holder),
    hint: 'wait until it has ended; the lock of a run that died ends 2 minutes after its last sign of life',
  });
}

function archiveAway(): CxvaultError {
  return new CxvaultError('STORE_NOT_FOUND', 'the archive is not there any more', {
    context: { object_key: descriptorKey },
    hint: 'see whether its folder or bucket was moved, or is not mounted: what was committed is where it went',
  });
}

/** Whose a lock is, for messages. */
export function holderContext({
  n,
  renewedAt,
  file,
}: HighestLock): Record<string, string | number | undefined> {
  return {
    host: file?.host,
    pid: file?.pid,
    run_id: file?.run_id,
    since: file?.since,
    renewed: renewedAt.toISOString(),
    lock: runLockKey(n),
  };
}
