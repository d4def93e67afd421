import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import { isJsonObject } from '../json.ts';
import { askPart, urlOf } from './calls.ts';
import type { PartAnswer, PlatformCalls } from './calls.ts';
import { field } from './any-case.ts';

/** Asks for all recordings of a master contact: one call of the tenant's most precious budget. */
export function askPlayback(
  calls: PlatformCalls,
  masterContactId: string,
  signal: AbortSignal | undefined,
): Promise<PartAnswer<JsonObject>> {
  const url = playbackUrl(calls.addresses.api, masterContactId);
  const request = { family: 'media-playback', method: 'GET', url, ...(signal && { signal }) } as const;
  return askPart(calls, 'media-playback', () => calls.client.jsonOrNothing(request, readPlayback));
}

/** Where all recordings of a master contact are asked for. */
export function playbackUrl(api: URL, masterContactId: string): URL {
  const query = new URLSearchParams({
    'acd-call-id': masterContactId,
    'media-type': 'all',
    'exclude-waveforms': 'true',
    isDownload: 'false',
  });
  return urlOf(api, `/media-playback/v1/contacts?${query.toString()}`);
}

/** Throws when it is no playback answer: nothing that looks like success may stand for "not recorded". */
function readPlayback(json: JsonValue): JsonObject {
  if (!isJsonObject(json)) throw new TypeError('the playback answer is no object');
  const inner = unwrapped(json);
  if (interactionsIn(inner) === undefined && redirectIn(inner) === undefined)
    throw new TypeError('the playback answer has no interactions');
  return json;
}

/** The interactions of a playback answer, in any of its forms; undefined when it has no such list. */
export function playbackInteractions(playback: JsonObject): JsonObject[] | undefined {
  return interactionsIn(unwrapped(playback));
}

/** The address of the only recording, where the answer is nothing but this. */
export function playbackRedirect(playback: JsonObject): string | undefined {
  return redirectIn(unwrapped(playback));
}

/** Old answers are wrapped: `{value: {Interactions: [{Interaction: …}]}}`. */
function unwrapped(playback: JsonObject): JsonObject {
  const value = field(playback, 'value');
  return isJsonObject(value) ? value : playback;
}

function interactionsIn(playback: JsonObject): JsonObject[] | undefined {
  const list = field(playback, 'interactions');
  // null is a list of none, and told from an answer that has no list at all
  if (list === undefined && Object.keys(playback).some((name) => /^interactions$/i.test(name))) return [];
  if (!Array.isArray(list)) return undefined;
  return list.filter(isJsonObject).map((element) => {
    const inner = field(element, 'interaction');
    return isJsonObject(inner) ? inner : element;
  });
}

function redirectIn(playback: JsonObject): string | undefined {
  const url = field(playback, 'redirectUrl');
  return typeof url === 'string' && url.trim() !== '' ? url.trim() : undefined;
}
