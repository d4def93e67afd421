import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import canonicalize from 'canonicalize';

/** The one field in which two payloads differ, as a dotted path; undefined when they differ in none or several. */
export function onlyDifference(before: JsonObject, after: JsonObject): string | undefined {
  const paths = [...differences(before, after, '')];
  return paths.length === 1 ? paths[0] : undefined;
}

function* differences(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: string,
): Iterable<string> {
  if (before === undefined || after === undefined || !isObject(before) || !isObject(after)) {
    if (canonicalize(before) !== canonicalize(after)) yield path;
    return;
  }
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    yield* differences(before[name], after[name], path === '' ? name : `${path}.${name}`);
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
