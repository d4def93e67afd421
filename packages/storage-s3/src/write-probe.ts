import { randomUUID } from 'node:crypto';

import { classifyS3Error, httpStatus, notEncrypted } from './s3-errors.ts';
import type { Encryption, S3Calls, WriteRequest, Written } from './s3-calls.ts';

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
): Promise<{ createIfAbsent: boolean; version: string | undefined }> {
  const write = {
    name: `${options.prefix}${probeFolder}probe-${randomUUID()}`,
    contentType: 'text/plain',
    body: Buffer.from('cxvault probe: may be removed\n'),
    encryption: options.encryption,
  };
  const { version } = await writeFirst(calls, write, options.bucket, signal);
  const versions = new Set([version]);
  try {
    const second = await writeSecond(calls, write, signal);
    if (second.written) versions.add(second.written.version);
    return { createIfAbsent: second.refused, version };
  } finally {
    for (const each of versions) await clearAway(calls, write.name, each);
  }
}

/** A probe that can neither be removed nor hidden costs 30 bytes, and must not fail the write that it was for. */
async function clearAway(calls: S3Calls, name: string, version: string | undefined): Promise<void> {
  await calls
    .deleteObject(name, version)
    .catch(() => calls.deleteObject(name, undefined))
    .catch(() => {});
}

type Probe = Omit<WriteRequest, 'ifAbsent'> & { readonly body: Uint8Array };

async function writeFirst(
  calls: S3Calls,
  write: Probe,
  bucket: string,
  signal?: AbortSignal,
): Promise<Written> {
  const wanted = write.encryption?.kind;
  let written: Written;
  try {
    written = await calls.putObject({ ...write, ifAbsent: false }, signal);
  } catch (error) {
    // 400 and 501 are how servers answer to an encryption that they lack; nothing else in the request is special.
    const status = httpStatus(error);
    if (wanted === undefined || (status !== 400 && status !== 501)) throw error;
    throw notEncrypted(bucket, wanted, error);
  }
  if (wanted === undefined || written.encryption === wanted || !write.encryption?.required) return written;
  await clearAway(calls, write.name, written.version);
  throw notEncrypted(bucket, wanted);
}

async function writeSecond(
  calls: S3Calls,
  write: Probe,
  signal?: AbortSignal,
): Promise<{ readonly refused: boolean; readonly written?: Written }> {
  try {
    return { refused: false, written: await calls.putObject({ ...write, ifAbsent: true }, signal) };
  } catch (error) {
    if (classifyS3Error(error) === 'exists') return { refused: true };
    const status = httpStatus(error);
    if (status === 400 || status === 501) return { refused: false };
    throw error;
  }
}
