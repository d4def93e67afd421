import { randomUUID } from 'node:crypto';

import { classifyS3Error, httpStatus, notEncrypted } from './s3-errors.ts';
import type { Encryption, S3Calls, WriteRequest } from './s3-calls.ts';

/** Where the archive format keeps what is no content: readers ignore it, should a probe be left behind. */
const probeFolder = 'locks/';

/**
 * Finds out what a server that is not Amazon's does with a write, with one small object that is removed
 * again: whether it encrypts as asked (throws `STORE_REFUSED` if not), and whether it honours
 * `If-None-Match: *`. Many accept that header and replace the object all the same.
 */
export async function probeWrites(
  calls: S3Calls,
  options: { readonly bucket: string; readonly prefix: string; readonly encryption: Encryption },
  signal?: AbortSignal,
): Promise<{ createIfAbsent: boolean }> {
  const write = {
    name: `${options.prefix}${probeFolder}probe-${randomUUID()}`,
    contentType: 'text/plain',
    body: Buffer.from('cxvault probe: may be removed\n'),
    encryption: options.encryption,
  };
  await writeFirst(calls, write, options.bucket, signal);
  try {
    return { createIfAbsent: await refusesSecond(calls, write, signal) };
  } finally {
    // A probe that cannot be removed costs 30 bytes, and must not fail the write that it was for.
    await calls.deleteObject(write.name).catch(() => {});
  }
}

type Probe = Omit<WriteRequest, 'ifAbsent'> & { readonly body: Uint8Array };

async function writeFirst(calls: S3Calls, write: Probe, bucket: string, signal?: AbortSignal): Promise<void> {
  const wanted = write.encryption?.kind;
  let applied: string | undefined;
  try {
    applied = (await calls.putObject({ ...write, ifAbsent: false }, signal)).encryption;
  } catch (error) {
    // 400 and 501 are how servers answer to an encryption that they lack; nothing else in the request is special.
    const status = httpStatus(error);
    if (wanted === undefined || (status !== 400 && status !== 501)) throw error;
    throw notEncrypted(bucket, wanted, error);
  }
  if (wanted === undefined || applied === wanted || !write.encryption?.required) return;
  await calls.deleteObject(write.name).catch(() => {});
  throw notEncrypted(bucket, wanted);
}

async function refusesSecond(calls: S3Calls, write: Probe, signal?: AbortSignal): Promise<boolean> {
  try {
    await calls.putObject({ ...write, ifAbsent: true }, signal);
    return false;
  } catch (error) {
    if (classifyS3Error(error) === 'exists') return true;
    const status = httpStatus(error);
    if (status === 400 || status === 501) return false;
    throw error;
  }
}
