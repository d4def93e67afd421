import { refused } from '@cxvault/plugin-api';

import { mayHide } from './bucket-lock.ts';
import type { Found, S3Calls, Written } from './s3-calls.ts';
import { classifyS3Error, isKept } from './s3-errors.ts';

/** Looks for an object of the bucket; undefined when there is none. */
export type Find = (key: string, signal?: AbortSignal) => Promise<Found | undefined>;

/**
 * Replaces and removes objects of a bucket that may keep versions. There a plain DELETE hides an object behind a
 * marker, and a plain PUT hides it behind a newer one, be it locked or not; nothing is freed either way. So what is
 * locked is refused here, and of all else no version stays. Two kinds of bucket are left to do as they do by themselves:
 * without Object Lock, where the login may hide objects but not remove versions; and with a rule that locks everything,
 * also what must be replaced. A bucket without versions costs no further request once an answer has shown that it is one.
 */
export class ObjectVersions {
  readonly #calls: S3Calls;
  readonly #find: Find;
  /** Undefined until an answer has shown it. */
  #kept: boolean | undefined;

  constructor(calls: S3Calls, find: Find) {
    this.#calls = calls;
    this.#find = find;
  }

  /** Every answer about an object that is there tells whether the bucket keeps versions. */
  note({ version }: { readonly version: string | undefined }): void {
    this.#kept = version !== undefined;
  }

  /** The version that a write is about to replace, if it can be removed afterwards. Throws when it is locked. */
  async replaced(key: string, signal?: AbortSignal): Promise<string | undefined> {
    if (this.#kept === false) return undefined;
    const found = await this.#find(key, signal);
    if (found === undefined || (await this.#isLocked(key, found, signal))) return undefined;
    return found.version;
  }

  /**
   * Removes the version that a write has replaced. The write is done: should this fail, the old bytes stay until the
   * object itself is removed.
   */
  async drop(name: string, replaced: string | undefined, { version }: Written): Promise<void> {
    // While versioning is suspended, the new object has the old one's version: `null`.
    if (replaced === undefined || version === undefined || version === replaced) return;
    await this.#calls.deleteObject(name, replaced).catch(() => {});
  }

  /** Removes all versions of an object, the newest first. Throws at the first that is locked. */
  async remove(key: string, name: string, signal?: AbortSignal): Promise<void> {
    if (this.#kept === false) {
      await this.#calls.deleteObject(name, undefined, signal);
      return;
    }
    let last: string | undefined;
    for (;;) {
      const found = await this.#find(key, signal);
      if (found === undefined) return;
      if (await this.#isLocked(key, found, signal)) return this.#calls.deleteObject(name, undefined, signal);
      const { version } = found;
      if (version !== undefined && version === last)
        throw refused('the server does not remove a version of the object', key);
      if (!(await this.#removeVersion(name, version, signal))) return;
      if (version === undefined) return;
      last = version;
    }
  }

  /** False when the version was hidden instead. */
  async #removeVersion(name: string, version: string | undefined, signal?: AbortSignal): Promise<boolean> {
    try {
      await this.#calls.deleteObject(name, version, signal);
      return true;
    } catch (error) {
      const isDenied = version !== undefined && classifyS3Error(error) === 'denied';
      if (!isDenied || !(await mayHide(this.#calls, signal))) throw error;
      await this.#calls.deleteObject(name, undefined, signal);
      return false;
    }
  }

  /** Whether it is locked by a rule that locks everything, and may be hidden. Throws when it is locked for itself. */
  async #isLocked(key: string, { retention, legalHold }: Found, signal?: AbortSignal): Promise<boolean> {
    if (legalHold) throw isKept(key, 'a legal hold is on it');
    // By the server's own clock, which also decides what it removes.
    if (retention === undefined || retention.until.getTime() <= this.#calls.now().getTime()) return false;
    if (await mayHide(this.#calls, signal)) return true;
    throw isKept(key, `it is retained until ${retention.until.toISOString()} (${retention.mode})`);
  }
}
