import type { JsonObject, JsonValue } from '@cxvault/plugin-api';

/** `updated_time` as `updatedTime`; camelCase names and leading underscores stay as they are. */
export function camelCase(name: string): string {
  return name.includes('_')
    ? name.replace(/(?<=[^_])_+([A-Za-z0-9])/g, (_, first: string) => first.toUpperCase())
    : name;
}

/**
 * A copy with all field names in camelCase, at every depth. When an object has both spellings of a name, the
 * camelCase one counts unless it is null, and the other keeps its own name.
 */
export function camelKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(camelKeys);
  return typeof value === 'object' && value !== null ? camelObject(value) : value;
}

/** {@link camelKeys} of an object. */
export function camelObject(value: JsonObject): JsonObject {
  const result = new Map<string, JsonValue>();
  const entries = Object.entries(value);
  for (const [name, member] of entries) {
    if (camelCase(name) === name) result.set(name, camelKeys(member));
  }
  for (const [name, member] of entries) {
    const camel = camelCase(name);
    if (camel === name) continue;
    result.set((result.get(camel) ?? null) === null ? camel : name, camelKeys(member));
  }
  return Object.fromEntries(result);
}
