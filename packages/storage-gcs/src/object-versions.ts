import type { BucketTraits, GcsCalls, StoredObject } from './gcs-calls.ts';
import { classifyGcsError, GcsError } from './gcs-errors.ts';

/**
 * Replaces and removes objects of a bucket that may keep versions. There Google puts a new object before one that is
 * locked, and keeps what is replaced or removed: so what is locked is refused here, and of all else no version stays.
 * `traits` are those of the bucket; undefined: it may keep versions. One that keeps none costs no further request.
 */
export class ObjectVersions {
  readonly #calls: GcsCalls;

  constructor(calls: GcsCalls) {
    this.#calls = calls;
  }

  /** The version that a write is about to replace, if any. Throws when it is locked. */
  async replaced(
    traits: BucketTraits | undefined,
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<StoredObject | undefined> {
    if (traits?.versioning === false) return undefined;
    const found = await this.find(name, signal);
    const until = found?.retention?.until;
    if (until === undefined || until.getTime() <= Date.now()) return found;
    throw new GcsError('retentionPolicyNotMet', `the object is locked until ${until.toISOString()}`, 403);
  }

  /** Removes a version that was replaced. The write is done: should this fail, the bucket's own rules clean up. */
  async drop(replaced: StoredObject | undefined): Promise<void> {
    if (replaced?.generation === undefined) return;
    await this.#calls.deleteObject(replaced.name, replaced.generation).catch(() => {});
  }

  /** Removes an object for good. Absent is no error. */
  async remove(
    traits: BucketTraits | undefined,
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (traits?.versioning === false) {
      await orAbsent(this.#calls.deleteObject(name, undefined, signal));
      return;
    }
    const found = await this.find(name, signal);
    if (found !== undefined) await orAbsent(this.#calls.deleteObject(name, found.generation, signal));
  }

  /** What is known of an object; undefined when there is none. */
  async find(name: string, signal: AbortSignal | undefined): Promise<StoredObject | undefined> {
    return orAbsent(this.#calls.statObject(name, signal));
  }
}

async function orAbsent<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (classifyGcsError(error) !== 'not-found') throw error;
    return undefined;
  }
}
