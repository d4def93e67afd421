import type { Readable } from 'node:stream';
import { noteBytes } from './dead-buffers.ts';
import type { Answer } from './exchange.ts';
import { invalidResponse, networkFailure } from './request-failure.ts';

/** How a body may be read. */
export interface BodyLimits {
  /** Milliseconds between two pieces. */
  readonly idleMs: number;
  readonly signal?: AbortSignal;
}

const decoder = new TextDecoder();

/** A JSON answer larger than this is refused. */
export const maxJsonBytes = 67_108_864; // 64 MiB

/**
 * The body piece by piece, with back-pressure. Leaving early closes the connection. Throws `RequestFailure`
 * (`network`) when the body breaks off, pauses too long or has another length than announced.
 */
export async function* bodyChunks(
  answer: Answer,
  limits: BodyLimits,
): AsyncGenerator<Uint8Array, void, void> {
  const { body } = answer;
  const expected = announcedSize(answer);
  let received = 0;
  const watch = watchIdle(limits.idleMs, () => body.destroy(new Error('the body came to a halt')));
  try {
    for await (const chunk of piecesOf(body)) {
      received += chunk.byteLength;
      noteBytes(chunk.byteLength);
      watch.pause(); // the time that the caller takes is not the server's silence
      yield chunk;
      watch.resume();
    }
  } catch (error) {
    limits.signal?.throwIfAborted();
    throw networkFailure(error, answer);
  } finally {
    watch.stop();
  }
  if (expected !== undefined && expected !== received) throw networkFailure(undefined, answer);
}

/** Node types a stream's pieces as `any`. */
function piecesOf(body: Readable): AsyncIterable<Uint8Array> {
  return body;
}

/** Bytes that will come, where the server says and no decoding changes it. */
export function announcedSize(answer: Answer): number | undefined {
  if (![null, '', 'identity'].includes(answer.headers.get('content-encoding'))) return undefined;
  const text = answer.headers.get('content-length');
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The whole body as text. Throws `RequestFailure` as {@link bodyChunks}, and for more than `maxBytes`. */
export async function bodyText(answer: Answer, limits: BodyLimits, maxBytes = maxJsonBytes): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyChunks(answer, limits)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw invalidResponse(answer);
    chunks.push(chunk);
  }
  return decoder.decode(joined(chunks, size));
}

/**
 * Reads what is left, so that the connection can be used again, and gives it; a long, slow or broken rest is given up,
 * and nothing comes of it.
 */
export async function restOf(answer: Answer, limits: BodyLimits): Promise<string> {
  try {
    return await bodyText(answer, { idleMs: Math.min(limits.idleMs, 1000) }, 65_536);
  } catch {
    return '';
  }
}

/** {@link restOf} a body that is of no interest. */
export async function discardBody(answer: Answer, limits: BodyLimits): Promise<void> {
  await restOf(answer, limits);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = chunks;
  return chunks.length === 1 && first ? first : Buffer.concat(chunks, size);
}

interface IdleWatch {
  pause(): void;
  resume(): void;
  stop(): void;
}

function watchIdle(idleMs: number, onIdle: () => void): IdleWatch {
  let paused = false;
  const timer = setTimeout(() => {
    if (!paused) onIdle();
  }, idleMs);
  return {
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      timer.refresh(); // works for a timer that has fired, too
    },
    stop: () => {
      clearTimeout(timer);
    },
  };
}
