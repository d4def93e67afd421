import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import canonicalize from 'canonicalize';
import { comparablePayload } from './content-digest.ts';
import type { DigestOptions } from './content-digest.ts';
import { isJsonObject } from './json.ts';

/**
 * The fields in which two payloads of an interaction differ, as the change digest sees them: dotted paths in
 * camelCase, one for all elements of a list. Lists of different lengths differ as a whole.
 */
export function changedFields(before: JsonObject, after: JsonObject, options: DigestOptions): string[] {
  const [old, now] = [before, after].map((payload) => comparablePayload(payload, options));
  return [...new Set(differences(old, now, []))];
}

function* differences(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: readonly string[],
): Iterable<string> {
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* differences(before[name], after[name], [...path, name]);
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [n, element] of before.entries()) yield* differences(element, after[n], path);
  } else if (canonicalize(before) !== canonicalize(after)) {
    yield path.join('.');
  }
}
