import type { ObjectStore } from '@cxvault/plugin-api';

/** How things stand with one of several archives, as the report of a run says it. */
export interface ReplicaReport {
  /** Its address. */
  readonly archive: string;
  /**
   * `whole`: it has everything. `lagging`: it lacks something, which the next run or `replicate` brings. `unreachable`:
   * it could not be reached when the run began.
   */
  readonly state: 'whole' | 'lagging' | 'unreachable';
  /** What it was given by catching up from the others. */
  readonly caught_up: { readonly objects: number; readonly entries: number; readonly bytes: number };
  /** Why it is not whole. */
  readonly reason?: string;
}

/** One of the places in which an archive lies. */
export class Replica {
  readonly url: string;
  readonly store: ObjectStore;
  /** Reads and writes go to it. */
  present = false;
  /** It lacks nothing that was committed, as far as listing shows. */
  whole = false;
  /** It was reached in this run. */
  reached = false;
  reason: string | undefined;
  /** When it was last given what others have; milliseconds. */
  broughtAt = -Infinity;
  readonly caughtUp = { objects: 0, entries: 0, bytes: 0 };

  constructor(url: string, store: ObjectStore) {
    this.url = url;
    this.store = store;
  }

  /** No more is read from it or written to it. */
  leave(reason: string): void {
    this.present = false;
    this.whole = false;
    this.reason = reason;
  }

  report(): ReplicaReport {
    const state = this.whole ? 'whole' : this.reached ? 'lagging' : 'unreachable';
    return {
      archive: this.url,
      state,
      caught_up: { ...this.caughtUp },
      ...(!this.whole && this.reason !== undefined && { reason: this.reason }),
    };
  }
}
