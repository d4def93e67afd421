import { CodecError } from './codec-error.ts';
import type { CodecLayer, CodecProblem } from './codec-error.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const [quote, backslash, comma, openList, openObject] = [0x22, 0x5c, 0x2c, 0x5b, 0x7b];

/**
 * True when a JSON text has more than `limit` values: parsed, each takes some hundred bytes however few its text has.
 * Counts what opens or parts lists and objects outside of strings; what is no JSON is for the parser to find.
 */
export function hasMoreValues(json: Uint8Array, limit: number): boolean {
  if (json.length <= limit) return false;
  let values = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (inString && byte === backslash) at += 1;
    else if (byte === quote) inString = !inString;
    else if (!inString && (byte === comma || byte === openList || byte === openObject)) values += 1;
    if (values > limit) return true;
  }
  return false;
}

/** Parses UTF-8 JSON. Throws a CodecError of the given problem and layer; its message never shows the text. */
export function parseJson(bytes: Uint8Array, problem: CodecProblem, layer: CodecLayer): unknown {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return value;
  } catch {
    // no cause: V8's message quotes the text, which may be personal data
    throw new CodecError(problem, layer, `the ${layer} is not JSON in UTF-8`);
  }
}
