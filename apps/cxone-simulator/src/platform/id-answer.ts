import type { Answer } from '../answer.ts';
import { writeJson } from './id-json.ts';
import type { IdObject } from './id-json.ts';

/** A JSON answer with 64-bit ids. */
export function idJson(value: IdObject): Answer {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status: 200, headers, body: Buffer.from(writeJson(value), 'utf8') };
}
