import { randomUUID } from 'node:crypto';

import type { Retention } from '@cxvault/plugin-api';

import type { WriteRequest } from './gcs-calls.ts';

/** What an object is to be, in the words of the JSON API. */
export function resourceOf({ contentType, retention }: WriteRequest, crc32c: string | undefined): string {
  return JSON.stringify({ contentType, crc32c, retention: retention && lockOf(retention) });
}

/** An unlocked retention can be shortened or lifted by who has the right to; a locked one only be lengthened. */
function lockOf({ mode, until }: Retention): { readonly mode: string; readonly retainUntilTime: string } {
  return { mode: mode === 'compliance' ? 'Locked' : 'Unlocked', retainUntilTime: until.toISOString() };
}

/** An object and what it is to be, for one request (JSON API, "multipart upload"). */
export function multipartOf(write: WriteRequest, body: Uint8Array, crc32c: string) {
  const boundary = randomUUID();
  const parts = [
    `--${boundary}\r\nContent-Type: application/json\r\n\r\n${resourceOf(write, crc32c)}\r\n`,
    `--${boundary}\r\nContent-Type: ${write.contentType}\r\n\r\n`,
    body,
    `\r\n--${boundary}--\r\n`,
  ];
  return {
    headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    body: Buffer.concat(parts.map((part) => Buffer.from(part))),
  };
}
