import type { Answer } from '../answer.ts';

/** JSON with whole numbers beyond 2^53. */
export type IdJson = string | number | bigint | boolean | null | readonly IdJson[] | IdObject;
export interface IdObject {
  readonly [name: string]: IdJson;
}

/** Marks a bigint in the text until its quotes are gone; no text of the simulator has it. */
const sign = '\u0001';

/** JSON text in which a bigint is a number with all its digits. */
function writeJson(value: IdJson): string {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? `${sign}${String(inner)}` : inner,
  );
  return text.replaceAll(/"\\u0001(\d+)"/g, '$1');
}

/** A JSON answer with 64-bit ids. */
export function idJson(value: IdObject): Answer {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status: 200, headers, body: Buffer.from(writeJson(value), 'utf8') };
}
