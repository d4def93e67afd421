import type { JsonObject, JsonValue } from '@cxvault/plugin-api';
import pLimit from 'p-limit';
import { askPart, contactPath, request } from './calls.ts';
import type { PlatformCalls } from './calls.ts';
import type { ContactRow } from './contact-row.ts';
import { fetchDigital, fetchDigitalOf, type DigitalContent } from './digital-content.ts';
import type { AbsentPart } from './parts.ts';
import { buildPayload } from './payload.ts';
import { askPlayback } from './playback.ts';

/** What makes up an interaction, and what of it must be asked for. */
export interface ContentRequest {
  readonly masterContactId: string;
  /** All that are known, in order of their start. */
  readonly legs: readonly ContactRow[];
  /** The contacts whose details are asked for; those of the others come from the previous payload. */
  readonly ask: ReadonlySet<string>;
  readonly playback: boolean;
  readonly hierarchy: JsonObject | undefined;
  /** Of the version before, as it was archived. */
  readonly previous: JsonObject | undefined;
}

/** The parts that every leg may have, and their names in the payload. */
const legParts = [
  { part: 'custom-data', name: 'customData', path: '/custom-data' },
  { part: 'state-history', name: 'stateHistory', path: '/state-history' },
  { part: 'files', name: 'files', path: '/files' },
] as const;

/** Legs of one interaction under way; the budgets pace them. */
const legsAtOnce = 4;

/**
 * Fetches what CXone gives of a master contact; signed URLs are still in it. The same answers give the same payload. Parts that are missing are
 * listed in `absent`, and what the version before has of them is kept. Throws `RequestFailure` for what may come yet.
 */
export async function fetchContent(
  calls: PlatformCalls,
  wanted: ContentRequest,
  signal: AbortSignal | undefined,
): Promise<JsonObject> {
  const failing = new AbortController(); // one failure ends the calls for all others
  const either = AbortSignal.any(signal ? [signal, failing.signal] : [failing.signal]);
  try {
    return await gather(calls, wanted, either);
  } catch (error) {
    failing.abort(error);
    throw error;
  }
}

async function gather(
  calls: PlatformCalls,
  { masterContactId, legs, ask, playback, hierarchy, previous }: ContentRequest,
  signal: AbortSignal,
): Promise<JsonObject> {
  const limit = pLimit(legsAtOnce);
  const asked = legs.filter(({ contactId }) => ask.has(contactId));
  const digitalContact = (number: string): Promise<DigitalContent> =>
    limit(() => fetchDigital(calls, number, signal));
  const [details, digital] = await Promise.all([
    Promise.all(asked.map(({ contactId }) => limit(() => fetchLeg(calls, contactId, signal)))),
    fetchDigitalOf(asked, masterContactId, digitalContact),
  ]);
  // last, so that its short-lived addresses are fresh, and none is wasted when the rest fails
  const answer = playback ? await askPlayback(calls, masterContactId, signal) : undefined;
  const absent = [...details, ...digital].flatMap((found) => found.absent);
  if (answer && 'absent' in answer)
    absent.push({ part: 'media-playback', contactId: masterContactId, reason: answer.absent });
  const known = {
    legs,
    hierarchy,
    details: new Map(details.map(({ contactId, values }) => [contactId, values])),
    digital: new Map(digital.map(({ contactNumber, values }) => [contactNumber, values])),
    playback: answer,
    absent,
  };
  return buildPayload(known, previous);
}

/** What was found of one leg. */
interface LegContent {
  readonly contactId: string;
  readonly values: JsonObject;
  readonly absent: readonly AbsentPart[];
}

async function fetchLeg(calls: PlatformCalls, contactId: string, signal: AbortSignal): Promise<LegContent> {
  const values: Record<string, JsonValue> = {};
  const absent: AbsentPart[] = [];
  for (const { part, name, path } of legParts) {
    const call = request(calls, 'acd', contactPath(contactId, path), signal);
    const answer = await askPart(calls, part, () => calls.client.jsonOrNothing(call, (json) => json));
    if ('value' in answer) values[name] = answer.value;
    else absent.push({ part, contactId, reason: answer.absent });
  }
  return { contactId, values, absent };
}
