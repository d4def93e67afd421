import type { JsonObject } from '@cxvault/plugin-api';
import { isJsonObject, objectsOf } from '../json.ts';
import type { PartAnswer } from './calls.ts';
import { isDigital, readContactRow } from './contact-row.ts';
import type { ContactRow } from './contact-row.ts';
import { parts } from './parts.ts';
import type { AbsenceReason, AbsentPart, Part } from './parts.ts';

/** What is known now, to be put together with the payload of the version before. */
export interface PayloadParts {
  readonly legs: readonly ContactRow[];
  readonly hierarchy: JsonObject | undefined;
  /** By contact id, of the legs that were asked for. */
  readonly details: ReadonlyMap<string, JsonObject>;
  /** By number of the digital contact, of those that were asked for. */
  readonly digital: ReadonlyMap<string, JsonObject>;
  /** Undefined: not asked. */
  readonly playback: PartAnswer<JsonObject> | undefined;
  readonly absent: readonly AbsentPart[];
}

/**
 * The payload of an interaction: `{contacts, hierarchy, details, digital, playback, playbackBefore, absent}`. What
 * was not asked for, or is not given any more, is taken from the version before: a new version never has less.
 */
export function buildPayload(known: PayloadParts, before: JsonObject = {}): JsonObject {
  const { legs, hierarchy = objectAt(before, 'hierarchy') } = known;
  const ids = legs.map(({ contactId }) => contactId);
  const details = merged(ids, objectAt(before, 'details'), known.details);
  const earlier = objectAt(before, 'digital');
  const numbers = new Set([...Object.keys(earlier ?? {}), ...known.digital.keys()]);
  const digital = merged([...numbers].sort(), earlier, known.digital);
  const absent = absentParts(known, before);
  return {
    contacts: legs.map(({ json }) => json),
    ...(hierarchy && { hierarchy }),
    ...(details && { details }),
    ...(digital && { digital }),
    ...playbackParts(known.playback, before),
    ...(absent.length > 0 && { absent }),
  };
}

/** The legs of a payload as it was archived; rows that cannot be read any more are none. */
export function legsIn(payload: JsonObject | undefined): ContactRow[] {
  return listAt(payload, 'contacts').flatMap((row) => {
    try {
      return [readContactRow(row)];
    } catch {
      return [];
    }
  });
}

/** The parts that a payload lists as missing. */
export function absentIn(payload: JsonObject): AbsentPart[] {
  return listAt(payload, 'absent').flatMap(({ part: name, contactId, reason: text }) => {
    const part = parts.find((known) => known === name);
    const reason = reasons.find((known) => known === text);
    return part && reason && typeof contactId === 'string' ? [{ part, contactId, reason }] : [];
  });
}

const reasons: readonly AbsenceReason[] = ['denied', 'not-found', 'empty', 'incomplete'];

/** The parts of which media come; those that are no parts of a payload are denied as media. */
const partsWithMedia: readonly Part[] = ['files', 'media-playback', 'dfo'];

/** Whether a part with media was denied to the version before, and is no more. */
export function isAllowed(payload: JsonObject, before: JsonObject = {}): boolean {
  const denied = (json: JsonObject): AbsentPart[] =>
    absentIn(json).filter(({ part, reason }) => reason === 'denied' && partsWithMedia.includes(part));
  const still = denied(payload);
  return denied(before).some(
    ({ part, contactId }) => !still.some((other) => other.part === part && other.contactId === contactId),
  );
}

/** The legs of which a part was denied: they are worth asking for again although they have not changed. */
export function legsDenied(payload: JsonObject | undefined, legs: readonly ContactRow[]): string[] {
  const denied = absentIn(payload ?? {}).filter(
    ({ part, reason }) => reason === 'denied' && part !== 'media-playback',
  );
  const ids = new Set(denied.map(({ part, contactId }) => (part === 'dfo' ? undefined : contactId)));
  const digital = denied.some(({ part }) => part === 'dfo');
  return legs
    .filter((leg) => ids.has(leg.contactId) || (digital && isDigital(leg)))
    .map(({ contactId }) => contactId);
}

export function objectAt(json: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = json?.[name];
  return isJsonObject(value) ? value : undefined;
}

/** The objects of a list that may be missing. */
export function listAt(json: JsonObject | undefined, name: string): JsonObject[] {
  return objectsOf(json?.[name]);
}

function merged(
  ids: readonly string[],
  before: JsonObject | undefined,
  now: ReadonlyMap<string, JsonObject>,
): JsonObject | undefined {
  const entries = ids.map((id): [string, JsonObject] => [id, { ...objectAt(before, id), ...now.get(id) }]);
  const filled = entries.filter(([, value]) => Object.keys(value).length > 0);
  return filled.length === 0 ? undefined : Object.fromEntries(filled);
}

/** A playback answer that is gone is kept apart: its recordings are no longer to be had. */
function playbackParts(answer: PartAnswer<JsonObject> | undefined, before: JsonObject): JsonObject {
  if (answer && 'value' in answer) return { playback: answer.value };
  const playback = objectAt(before, 'playback');
  const earlier = objectAt(before, 'playbackBefore');
  const isGone = answer !== undefined && answer.absent !== 'denied';
  if (playback && !isGone) return { playback };
  const kept = playback ?? earlier;
  return kept ? { playbackBefore: kept } : {};
}

function absentParts(known: PayloadParts, before: JsonObject): JsonObject[] {
  const { playback, digital, details } = known;
  const stillSo = ({ part, contactId }: AbsentPart): boolean => {
    if (part === 'media-playback') return playback === undefined;
    return part === 'dfo' ? !digital.has(contactId) : !details.has(contactId);
  };
  return [...absentIn(before).filter(stillSo), ...known.absent]
    .map(({ part, contactId, reason }) => ({ part, contactId, reason }))
    .sort((a, b) => compare(a.contactId, b.contactId) || compare(a.part, b.part));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
