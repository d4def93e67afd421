import { orAborted } from '@cxvault/plugin-api';

import { bucketMissing, explained } from './explain.ts';
import type { BucketTraits, GcsCalls } from './gcs-calls.ts';
import { classifyGcsError, reasonOf } from './gcs-errors.ts';
import type { GcsLocation } from './gcs-location.ts';

/** The bucket of an archive: is it there, and what does it do with objects? Asked before the first call, and once. */
export class Bucket {
  readonly #calls: GcsCalls;
  readonly #location: GcsLocation;
  #looked: Promise<BucketTraits | undefined> | undefined;

  constructor(calls: GcsCalls, location: GcsLocation) {
    this.#calls = calls;
    this.#location = location;
  }

  /**
   * What the bucket does; undefined if the login may not look. Shared by all who wait, and so not ended by the signal of
   * any; asked again only when it failed.
   */
  async traits(signal: AbortSignal | undefined): Promise<BucketTraits | undefined> {
    signal?.throwIfAborted();
    this.#looked ??= this.#look();
    const looked = this.#looked;
    try {
      return await orAborted(looked, signal);
    } catch (error) {
      if (this.#looked === looked && !signal?.aborted) this.#looked = undefined;
      throw error;
    }
  }

  async #look(): Promise<BucketTraits | undefined> {
    try {
      return await this.#calls.lookAtBucket();
    } catch (error) {
      const { status } = reasonOf(error);
      if (status !== 403 || classifyGcsError(error) !== 'denied') throw this.#explained(error);
    }
    // Many logins may use a bucket's objects but not look at the bucket itself.
    try {
      const { prefix } = this.#location;
      await this.#calls.listPage({ prefix, startAt: undefined, token: undefined, limit: 1 });
      return undefined;
    } catch (error) {
      throw this.#explained(error);
    }
  }

  #explained(error: unknown): unknown {
    const missing = reasonOf(error).status === 404;
    return missing ? bucketMissing(this.#location.bucket, error) : explained(error, this.#location);
  }
}
