import { invalidResponse, networkFailure } from './request-failure.ts';

/** How a body may be read. */
export interface BodyLimits {
  /** Milliseconds between two pieces. */
  readonly idleMs: number;
  readonly signal?: AbortSignal;
}

/** A JSON answer larger than this is refused. */
export const maxJsonBytes = 67_108_864; // 64 MiB

/**
 * The body piece by piece, with back-pressure. Leaving early frees the connection. Throws `RequestFailure`
 * (`network`) when the body breaks off, pauses too long or has another length than announced.
 */
export async function* bodyChunks(
  response: Response,
  limits: BodyLimits,
): AsyncGenerator<Uint8Array, void, void> {
  if (response.body === null) return;
  const reader: ReadableStreamDefaultReader<unknown> = response.body.getReader();
  const expected = announcedSize(response);
  let received = 0;
  const watch = watchIdle(limits.idleMs, () => void reader.cancel().catch(() => undefined));
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || !(value instanceof Uint8Array)) break; // fetch gives bytes only
      received += value.byteLength;
      watch.pause(); // the time that the caller takes is not the server's silence
      yield value;
      watch.resume();
    }
  } catch (error) {
    limits.signal?.throwIfAborted();
    throw networkFailure(error, response);
  } finally {
    watch.stop();
    await reader.cancel().catch(() => undefined);
  }
  limits.signal?.throwIfAborted();
  if (watch.expired() || (expected !== undefined && expected !== received)) {
    throw networkFailure(undefined, response);
  }
}

/** Bytes that will come, where the server says and no decoding changes it. */
export function announcedSize(response: Response): number | undefined {
  if (response.headers.get('content-encoding') !== null) return undefined;
  const text = response.headers.get('content-length');
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The whole body as text. Throws `RequestFailure` as {@link bodyChunks}, and for more than `maxBytes`. */
export async function bodyText(
  response: Response,
  limits: BodyLimits,
  maxBytes = maxJsonBytes,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyChunks(response, limits)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw invalidResponse(response);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks, size));
}

/** Reads what is left, so that the connection can be used again; a long, slow or broken rest is given up. */
export async function discardBody(response: Response, limits: BodyLimits): Promise<void> {
  try {
    await bodyText(response, { idleMs: Math.min(limits.idleMs, 1000) }, 65_536);
  } catch {
    // What this body holds is of no interest, nor how it ends.
  }
}

interface IdleWatch {
  pause(): void;
  resume(): void;
  stop(): void;
  expired(): boolean;
}

function watchIdle(idleMs: number, onIdle: () => void): IdleWatch {
  let expired = false;
  let paused = false;
  const timer = setTimeout(() => {
    if (paused) return;
    expired = true;
    onIdle();
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
    expired: () => expired,
  };
}
