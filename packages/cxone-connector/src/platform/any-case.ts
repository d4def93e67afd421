import type { JsonObject, JsonValue } from '@cxvault/plugin-api';

/**
 * The value of the first of these fields that the object has and that is not null, whatever their case: CXone's
 * answers come in two generations of names (`contactStart`, `contactStartDate`) and several spellings.
 */
export function field(json: JsonObject, ...names: readonly string[]): JsonValue | undefined {
  for (const name of names) {
    const value = json[name];
    if (value !== undefined && value !== null) return value;
  }
  const members = Object.entries(json);
  for (const name of names.map((text) => text.toLowerCase())) {
    const member = members.find(([key, value]) => value !== null && key.toLowerCase() === name);
    if (member) return member[1];
  }
  return undefined;
}

/** An id as text; 64-bit ids come as text from `parseJson` where a double cannot hold them. */
export function idText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** A number, also as digits in text. */
export function numberOf(value: JsonValue | undefined): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A truth value, also as text. */
export function truthOf(value: JsonValue | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || !/^(true|false)$/i.test(value)) return undefined;
  return value.toLowerCase() === 'true';
}
