import { setTimeout as wait } from 'node:timers/promises';

import { blocksOf } from '@cxvault/plugin-api';

import type {
  Checksum,
  GcsCalls,
  Progress,
  StoredObject,
  Tuning,
  UploadSession,
  WriteRequest,
} from './gcs-calls.ts';
import { classifyGcsError, GcsError, reasonOf } from './gcs-errors.ts';

/** 5 MiB, of which each upload holds two: one on its way, one that gathers. Google wants multiples of 256 KiB. */
export const pieceBytes = 5_242_880;

export interface Sent {
  readonly stored: StoredObject;
  /** Of the bytes that were sent. */
  readonly size: number;
  readonly crc32c: string;
}

type Limits = Pick<Tuning, 'attempts' | 'retryMs'>;

export interface StreamOptions {
  /** How many bytes will come, where that is known. */
  readonly size: number | undefined;
  readonly limits: Limits;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a stream: piece by piece, of which the last one makes the object; with one request what fits into one piece.
 * A failure or an abort leaves no object, and no upload that could be resumed.
 */
export async function uploadStream(
  calls: GcsCalls,
  write: WriteRequest,
  body: AsyncIterable<Uint8Array>,
  { size: expected = Infinity, limits, signal }: StreamOptions,
): Promise<Sent> {
  const failed = new AbortController();
  const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const upload = new ResumableUpload(calls, write, limits, stop);
  const checksum = calls.newChecksum();
  let size = 0;
  let onItsWay: Promise<StoredObject | undefined> = Promise.resolve(undefined);
  const sent = (stored: StoredObject) => ({ stored, size, crc32c: checksum.value() });
  try {
    for await (const { bytes, last } of blocksOf(body, Math.max(1, Math.min(pieceBytes, expected)), stop)) {
      const first = size === 0;
      checksum.update(bytes);
      size += bytes.length;
      // A creation whose answer is lost can be proved by its session only, and a stream cannot be sent again.
      if (first && last && !write.ifAbsent)
        return sent(await calls.insert(write, bytes, checksum.value(), signal));
      await onItsWay;
      onItsWay = upload.send(bytes, last ? checksum : undefined);
      onItsWay.catch((error: unknown) => failed.abort(error));
    }
    const stored = await onItsWay;
    if (stored === undefined) throw lost('the server took the last piece, and made no object of it');
    return sent(stored);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled([onItsWay]);
    const stored = await upload.cancel();
    if (stored !== undefined) return sent(stored);
    signal?.throwIfAborted();
    throw error;
  }
}

/** One upload session. The server may keep less of a piece than it was sent, and its answers may be lost. */
class ResumableUpload {
  readonly #calls: GcsCalls;
  readonly #write: WriteRequest;
  readonly #limits: Limits;
  readonly #stop: AbortSignal;
  #session: UploadSession | undefined;
  #offset = 0;
  #ending = false;

  constructor(calls: GcsCalls, write: WriteRequest, limits: Limits, stop: AbortSignal) {
    this.#calls = calls;
    this.#write = write;
    this.#limits = limits;
    this.#stop = stop;
  }

  /** Sends the next bytes; with their `checksum` they are the last ones, and give the object. */
  async send(bytes: Uint8Array, checksum: Checksum | undefined): Promise<StoredObject | undefined> {
    const session = await this.#begun();
    const start = this.#offset;
    const end = checksum && { size: start + bytes.length, crc32c: checksum.value() };
    this.#ending = end !== undefined;
    let unsure = false;
    for (let failures = 0; failures < this.#limits.attempts;) {
      let progress: Progress;
      try {
        const rest = { bytes: bytes.subarray(this.#offset - start), offset: this.#offset, end };
        progress = await (unsure ? this.#calls.ask(session) : this.#calls.send(session, rest, this.#stop));
      } catch (error) {
        failures += 1;
        await this.#waitOrThrow(error, failures);
        unsure = true;
        continue;
      }
      if (progress.done !== undefined) return this.#ended(progress.done);
      const { received } = progress;
      if (received < this.#offset || received > start + bytes.length)
        throw lost(`the server has ${received} bytes of the upload, which had come to ${this.#offset}`);
      if (received > this.#offset) failures = 0;
      else if (!unsure) failures += 1;
      unsure = false;
      this.#offset = received;
      if (end === undefined && received === start + bytes.length) return undefined;
    }
    throw lost('the server takes no more bytes of the upload');
  }

  /** Ends the session. Gives the object when it turns out to be there: that its answer was lost undoes nothing. */
  async cancel(): Promise<StoredObject | undefined> {
    if (this.#session === undefined) return undefined;
    for (let failures = 1; ; failures++) {
      try {
        await this.#calls.cancel(this.#session);
        return undefined;
      } catch (error) {
        if (failures >= this.#limits.attempts || !mayTryAgain(error)) break;
        await wait(this.#waitMs(failures));
      }
    }
    // Google forgets after a week, at no cost, what could not be cancelled. What was finished cannot be, either.
    if (!this.#ending) return undefined;
    return (await this.#calls.ask(this.#session).catch(() => undefined))?.done;
  }

  #ended(stored: StoredObject): StoredObject {
    if (!this.#ending) throw lost('the server ended the upload before its last piece');
    return stored;
  }

  async #begun(): Promise<UploadSession> {
    for (let failures = 1; this.#session === undefined; failures++) {
      try {
        this.#session = await this.#calls.begin(this.#write, this.#stop);
      } catch (error) {
        await this.#waitOrThrow(error, failures);
      }
    }
    return this.#session;
  }

  async #waitOrThrow(error: unknown, failures: number): Promise<void> {
    if (this.#stop.aborted || failures >= this.#limits.attempts || !mayTryAgain(error)) throw error;
    await wait(this.#waitMs(failures), undefined, { signal: this.#stop });
  }

  #waitMs(failures: number): number {
    return this.#limits.retryMs * 2 ** (failures - 1);
  }
}

/** Whether the upload can go on: one that is lost, or whose bytes are wrong already, cannot. */
function mayTryAgain(error: unknown): boolean {
  const kind = classifyGcsError(error);
  const hopeless = ['uploadLost', 'checksumMismatch'].includes(reasonOf(error).reason);
  return (kind === 'transient' || kind === 'throttled') && !hopeless;
}

function lost(message: string): GcsError {
  return new GcsError('uploadLost', message);
}
