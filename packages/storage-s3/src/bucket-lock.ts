import type { S3Calls } from './s3-calls.ts';
import { classifyS3Error, errorName, httpStatus, isNoSuchBucket } from './s3-errors.ts';

const noLock =
  'the bucket has no Object Lock: create one with it, or (Amazon S3) turn it on in the properties of a bucket with ' +
  'versioning';
const byDefault =
  'the bucket has a rule for a default retention, which keeps lock files, too: take the rule off; Object Lock itself ' +
  'stays on';
const unknown = 'the server knows no Object Lock';

/** Why a bucket that is there would keep no retention; see `ObjectStore.retentionProblem`. */
export async function lockProblem(calls: S3Calls, signal?: AbortSignal): Promise<string | undefined> {
  try {
    const lock = await calls.bucketLock(signal);
    if (!lock.enabled) return noLock;
    return lock.byDefault ? byDefault : undefined;
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
