import { isCxvaultError } from '@cxvault/plugin-api';

import { RunLock } from '../lock.ts';
import type { ArchiveLock, RunLockOptions } from '../lock.ts';
import type { Replica } from './replica.ts';

/** The run locks of several archives as one, always taken in the order of their addresses. */
export class MirrorLock implements ArchiveLock {
  readonly #replicas: readonly Replica[];
  readonly #options: RunLockOptions;
  readonly #onLeave: (replica: Replica, error: unknown) => void;
  readonly #locks = new Map<Replica, RunLock>();

  private constructor(
    replicas: readonly Replica[],
    options: RunLockOptions,
    onLeave: (replica: Replica, error: unknown) => void,
  ) {
    this.#replicas = replicas.toSorted((a, b) => (a.url < b.url ? -1 : 1));
    this.#options = options;
    this.#onLeave = onLeave;
  }

  /** Throws `ARCHIVE_LOCKED` when one of those that are present is held by another run; then none is. */
  static async acquire(
    replicas: readonly Replica[],
    options: RunLockOptions,
    onLeave: (replica: Replica, error: unknown) => void,
  ): Promise<MirrorLock> {
    const lock = new MirrorLock(replicas, options, onLeave);
    try {
      for (const replica of lock.#present()) await lock.#guarded(replica, () => lock.take(replica));
      return lock;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get bestEffort(): boolean {
    return [...this.#locks.values()].some(({ bestEffort }) => bestEffort);
  }

  /** Takes the lock of one that came back, if it is not held still. */
  async take(replica: Replica): Promise<void> {
    const held = this.#locks.get(replica);
    if (held) {
      try {
        await held.check();
        return;
      } catch (error) {
        if (!isLockError(error)) throw error;
        await held.release();
        this.#locks.delete(replica);
      }
    }
    this.#locks.set(replica, await RunLock.acquire(replica.store, this.#options));
  }

  async check(): Promise<void> {
    for (const replica of this.#present())
      await this.#guarded(replica, async () => this.#locks.get(replica)?.check());
  }

  async release(): Promise<void> {
    await Promise.all(Array.from(this.#locks.values(), (lock) => lock.release()));
  }

  #present(): readonly Replica[] {
    return this.#replicas.filter(({ present }) => present);
  }

  /** A store that fails is left out; a lock that another has ends the run. */
  async #guarded(replica: Replica, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isLockError(error) || this.#present().length <= 1) throw error;
      this.#onLeave(replica, error);
    }
  }
}

function isLockError(error: unknown): boolean {
  return isCxvaultError(error) && (error.code === 'ARCHIVE_LOCKED' || error.code === 'ARCHIVE_LOCK_LOST');
}
