import { z } from 'zod';

const cursorSchema = z.strictObject({ offset: z.int().min(0), issued: z.number() });

/**
 * A page token: how many rows were given, and when. It counts rows and does not name one; so a row that leaves from
 * above it makes the next page skip one, as offsets do in real life.
 */
export function writeCursor(offset: number, issued: number): string {
  return Buffer.from(JSON.stringify({ offset, issued })).toString('base64url');
}

/** The offset of a page token; undefined when it is malformed. */
export function readCursor(token: string): { readonly offset: number; readonly issued: number } | undefined {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(token, 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}
