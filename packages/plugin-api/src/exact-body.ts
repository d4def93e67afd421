import { CxvaultError } from './errors.ts';

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
  const refused = (message: string) => new CxvaultError('STORE_REFUSED', message, { context: { key } });
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (size !== undefined && bytes > size) throw refused(`the body has more than ${size} bytes`);
    if (chunk.length > 0) yield chunk;
  }
  if (size !== undefined && bytes < size) throw refused(`the body has ${bytes} bytes, not ${size}`);
  count?.(bytes);
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
