import { refused, S3StoreError } from './s3-errors.ts';

/** Passes a body on to be uploaded, and fails when it has more or fewer bytes than were announced. */
export async function* exactBody(
  body: AsyncIterable<Uint8Array>,
  key: string,
  size: number | undefined,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (size !== undefined && bytes > size) throw refused(`the body has more than ${size} bytes`, key);
    if (chunk.length > 0) yield chunk;
  }
  if (size !== undefined && bytes < size) throw refused(`the body has ${bytes} bytes, not ${size}`, key);
  count(bytes);
}

/** Passes a downloaded body on, and fails when the connection gave fewer bytes than the answer promised. */
export async function* wholeBody(
  body: AsyncIterable<Uint8Array>,
  key: string,
  size: number | undefined,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    yield chunk;
  }
  if (size === undefined || bytes === size) return;
  throw new S3StoreError('IncompleteBody', `the server gave ${bytes} of ${size} bytes [key=${key}]`);
}
