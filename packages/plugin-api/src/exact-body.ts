import { refused } from './refused.ts';

/** What a body is of, and how many bytes it must have, where that is known. */
export interface BodyExpectation {
  readonly key: string;
  readonly size: number | undefined;
}

/**
 * Passes a body on to be uploaded, without empty chunks. Throws `STORE_REFUSED` when it has more or fewer bytes than
 * expected: an upload that reads a body through this fails before its end. `count` is told the bytes of a whole body.
 */
export async function* exactBody(
  body: AsyncIterable<Uint8Array>,
  { key, size }: BodyExpectation,
  count?: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (size !== undefined && bytes > size) throw refused(`the body has more than ${size} bytes`, key);
    if (chunk.length > 0) yield chunk;
  }
  if (size !== undefined && bytes < size) throw otherSize(bytes, size, key);
  count?.(bytes);
}

/** Throws `STORE_REFUSED` when complete bytes are not as many as was said. A stream shows it at its end. */
export function requireSize(
  body: Uint8Array | AsyncIterable<Uint8Array>,
  { key, size }: BodyExpectation,
): void {
  if (!(body instanceof Uint8Array) || size === undefined || size === body.length) return;
  throw otherSize(body.length, size, key);
}

function otherSize(bytes: number, size: number, key: string): Error {
  return refused(`the body has ${bytes} bytes, not ${size}`, key);
}

/** Complete bytes as a stream. */
export async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The body of an empty object, or of an empty range. */
export async function* noBytes(): AsyncGenerator<Uint8Array> {
  // Nothing to give.
}

/**
 * Whether an answer, by its `Content-Range`, is what was asked for. A server that ignores ranges gives the whole
 * object, which is right only for an empty one.
 */
export function answersRange(
  asked: { readonly offset: number } | undefined,
  answer: { readonly size: number | undefined; readonly range: string | undefined },
): boolean {
  if (asked === undefined || answer.size === 0) return true;
  return answer.range?.startsWith(`bytes ${asked.offset}-`) === true;
}

/**
 * Passes a downloaded body on, to be read once. However it ends early (the connection broke, or gave fewer bytes than
 * the answer promised), it throws what `brokenOff` makes of it, an error that the store classifies as `transient`; its
 * reader's abort throws the signal's reason.
 */
export async function* wholeBody(
  body: AsyncIterable<Uint8Array>,
  { key, size }: BodyExpectation,
  brokenOff: (message: string, cause?: unknown) => Error,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  let bytes = 0;
  const short = (cause?: unknown) =>
    brokenOff(`the server gave ${bytes} of ${size ?? '?'} bytes [key=${key}]`, cause);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const next = await iterator.next().catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw short(cause);
      });
      if (next.done === true) break;
      bytes += next.value.length;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
  if (size !== undefined && bytes !== size) throw short();
}
