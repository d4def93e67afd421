import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import { isJsonObject } from '../json.ts';
import { askPart, contactPath, request } from './calls.ts';
import type { PlatformCalls } from './calls.ts';

/** Which contacts belong to a master contact; undefined where there is none, or the login may not see it. */
export async function askHierarchy(
  calls: PlatformCalls,
  masterContactId: string,
  signal: AbortSignal | undefined,
): Promise<JsonObject | undefined> {
  const call = request(calls, 'acd', contactPath(masterContactId, '/hierarchy'), signal);
  const answer = await askPart(calls, 'hierarchy', () => calls.client.jsonOrNothing(call, objectIn));
  return 'value' in answer ? answer.value : undefined;
}

function objectIn(json: JsonValue): JsonObject {
  if (!isJsonObject(json)) throw new TypeError('the hierarchy is no object');
  return json;
}
