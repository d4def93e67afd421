import type { BucketLock, S3Calls } from './s3-calls.ts';
import { classifyS3Error, errorName, httpStatus, isNoSuchBucket } from './s3-errors.ts';

const noLock =
  'the bucket has no Object Lock: create one with it, or (Amazon S3) turn it on in the properties of a bucket with ' +
  'versioning';
const byDefault =
  'the bucket has a rule for a default retention, which keeps everything, lock files too: archive without --retain, or ' +
  'take the rule off (Object Lock itself stays on)';
const unknown = 'the server knows no Object Lock';

/** Why a bucket that is there would keep no retention; see `ObjectStore.retentionProblem`. */
export async function lockProblem(calls: S3Calls, signal?: AbortSignal): Promise<string | undefined> {
  const lock = await lockOf(calls, signal);
  if (lock === undefined || typeof lock === 'string') return lock;
  if (!lock.enabled) return noLock;
  return lock.byDefault ? byDefault : undefined;
}

/**
 * Whether a newer version or a delete marker may hide what this login cannot remove: where nothing can be locked, and
 * where a rule of the bucket locks everything, also what must be replaced. False when the login may not look.
 */
export async function mayHide(calls: S3Calls, signal?: AbortSignal): Promise<boolean> {
  const lock = await lockOf(calls, signal);
  if (lock === undefined) return false;
  return typeof lock === 'string' || !lock.enabled || lock.byDefault;
}

/** The bucket's lock, or why there is none; undefined when the login may not look. */
async function lockOf(calls: S3Calls, signal?: AbortSignal): Promise<BucketLock | string | undefined> {
  try {
    return await calls.bucketLock(signal);
  } catch (error) {
    if (isNoSuchBucket(error)) throw error;
    const status = httpStatus(error);
    if (errorName(error) === 'ObjectLockConfigurationNotFoundError' || status === 404) return noLock;
    if (status === 400 || status === 405 || status === 501) return unknown;
    // Many logins may use a bucket's objects but not look at the bucket itself.
    if (classifyS3Error(error) === 'denied') return undefined;
    throw error;
  }
}
