import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import type { ApiClient, ApiRequest } from '../http/api-client.ts';
import { RequestFailure } from '../http/request-failure.ts';
import { apiUrl } from '../interactions/paths.ts';
import { isJsonObject } from '../json.ts';
import type { AbsenceReason, Part } from './parts.ts';
import type { RecentMessages } from './recent-messages.ts';
import type { Rights } from './rights.ts';

/** What calls for content need. The client adds the bearer on the API's own origins only. */
export interface PlatformCalls {
  readonly client: ApiClient;
  readonly addresses: { readonly acd: URL; readonly api: URL; readonly dfo: URL };
  readonly rights: Rights;
  readonly messages: RecentMessages;
  readonly allowPlainHttp: boolean;
}

/** A part's answer, or why there is none. */
export type PartAnswer<T = JsonValue> = { readonly value: T } | { readonly absent: AbsenceReason };

/** The URL of a path such as `/contacts/1/files?x=y`, behind one of the APIs' own addresses. */
export function urlOf(base: URL, pathAndQuery: string): URL {
  const [path = '', query = ''] = pathAndQuery.split('?', 2);
  const url = apiUrl(base, path);
  url.search = query;
  return url;
}

/** A path of one contact; the id may hold anything. */
export function contactPath(contactId: string, rest: string): string {
  return `/contacts/${encodeURIComponent(contactId)}${rest}`;
}

/** Reads ACD answers (`acd`), or digital ones (`dfo`). */
export function request(
  calls: PlatformCalls,
  family: 'acd' | 'dfo',
  path: string,
  signal: AbortSignal | undefined,
): ApiRequest {
  return { family, method: 'GET', url: urlOf(calls.addresses[family], path), ...(signal && { signal }) };
}

/** Reads an answer that must be an object. */
export function objectIn(json: JsonValue): JsonObject {
  if (!isJsonObject(json)) throw new TypeError('the answer is no object');
  return json;
}

/**
 * Asks for a part that may be missing. Throws `RequestFailure` for failures that say nothing of the part itself.
 */
export async function askPart<T>(
  { rights }: PlatformCalls,
  part: Part,
  ask: () => Promise<T | undefined>,
): Promise<PartAnswer<T>> {
  if (!rights.mayAsk(part)) return { absent: 'denied' };
  try {
    const value = await ask();
    rights.granted(part);
    return value === undefined ? { absent: 'empty' } : { value };
  } catch (error) {
    const absent = absenceOf(error);
    if (absent === 'denied') rights.denied(part);
    return { absent };
  }
}

/** What is known to be missing; throws everything else on. */
function absenceOf(error: unknown): AbsenceReason {
  if (!(error instanceof RequestFailure)) throw error;
  const { status } = error.failure;
  if (status === 403) return 'denied';
  if (status === 404 || status === 410) return 'not-found';
  throw error;
}
