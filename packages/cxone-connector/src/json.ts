import type { JsonObject, JsonValue } from '@cxvault/plugin-api';

/** Deeper nesting than this is refused: no API answer needs it, and recursion over it must stay safe. */
export const maxJsonDepth = 100; // levels

/** Sixteen digits may be more than a double holds; an exponent may be infinite. Anything else parses exactly. */
const mayLoseDigits = /\d{16}|\d[eE]/;

/**
 * Parses JSON from outside. Integers that a double cannot hold (CXone's ids have 64 bits) and numbers beyond its
 * range become strings with the digits of the text. Keys named `__proto__` are dropped.
 *
 * Throws `SyntaxError` for anything that is not JSON or is nested deeper than {@link maxJsonDepth}.
 */
export function parseJson(text: string): JsonValue {
  refuseDepth(text);
  const parsed: unknown = mayLoseDigits.test(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
  return toJson(parsed);
}

/** True for JSON objects, false for arrays and null. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list; none where it is no list. */
export function objectsOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** Looks at the text before any object is made of it: a megabyte of `[` would cost a hundred in memory. */
function refuseDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > maxJsonDepth) throw new SyntaxError('JSON is nested too deeply');
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
}

/** A `JSON.parse` reviver that looks at the source text (ECMAScript 2026, in Node 24). */
function exactNumber(...reviverArguments: readonly unknown[]): unknown {
  const [, value, context] = reviverArguments;
  if (typeof value !== 'number') return value;
  if (Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value))) return value;
  return sourceOf(context) ?? value;
}

function sourceOf(context: unknown): string | undefined {
  if (typeof context !== 'object' || context === null || !('source' in context)) return undefined;
  return typeof context.source === 'string' ? context.source : undefined;
}

function toJson(value: unknown): JsonValue {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    typeof value === 'number'
  ) {
    return value;
  }
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object') throw new SyntaxError('not a JSON value');
  const entries = Object.entries(value).filter(([name]) => name !== '__proto__');
  return Object.fromEntries(entries.map(([name, member]) => [name, toJson(member)]));
}
