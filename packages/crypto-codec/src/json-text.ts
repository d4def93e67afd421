import { CodecError } from './codec-error.ts';
import type { CodecLayer, CodecProblem } from './codec-error.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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
