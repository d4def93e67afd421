import type { JsonObject, SourceInteraction, SourceMedium } from '@cxvault/plugin-api';
import { changedFields } from '../changed-fields.ts';
import { contentDigest } from '../content-digest.ts';
import type { DigestOptions } from '../content-digest.ts';
import { withoutSignedUrls } from '../signed-urls.ts';
import { mediaTypes } from './contact-row.ts';
import type { ContactRow } from './contact-row.ts';
import { documentsIn } from './documents.ts';
import { missingRecordings } from './expected-recordings.ts';
import { participantsOf } from './participants.ts';
import { absentIn, legsIn, objectAt } from './payload.ts';
import { recordingsIn } from './recordings.ts';
import type { Recording } from './recordings.ts';

/** What a payload does not say itself. */
export interface InteractionOptions {
  readonly masterContactId: string;
  readonly digest: DigestOptions;
  /** Milliseconds since 1970. */
  readonly fetchedAt: number;
}

/**
 * The interaction that a payload of `fetchContent` describes. From the payload as it was archived it is the same,
 * but for the queries of addresses.
 */
export function toInteraction(
  raw: JsonObject,
  { masterContactId, digest, fetchedAt }: InteractionOptions,
): SourceInteraction {
  const payload = withoutSignedUrls(raw);
  const legs = legsIn(raw);
  const playback = objectAt(raw, 'playback');
  const recordings = playback ? recordingsIn(playback) : [];
  return {
    interactionId: masterContactId,
    type: typeOf(legs, masterContactId),
    status: 'closed',
    createdTime: earliest(legs.map(({ startTime }) => startTime)) ?? null,
    updatedTime: latest(legs.map(({ updatedTime }) => updatedTime)),
    endedTime: latest([
      ...legs.map(({ startTime, endTime }) => endTime ?? startTime),
      ...recordings.map(({ to }) => (Number.isNaN(to) ? undefined : new Date(to).toISOString())),
    ]),
    participants: participantsOf(legs),
    media: mediaOf(raw, { masterContactId, legs, recordings }),
    legs: legs.map(({ contactId, updatedTime }) => ({ id: contactId, updatedTime: updatedTime ?? '' })),
    payload,
    contentDigest: (absent) => contentDigest(payload, absent, digest),
    changedFields: (earlier) => changedFields(earlier, payload, digest),
    fetchedAt,
  };
}

/** The media of a payload; what is opened again later is found in it by its id. */
function mediaOf(
  payload: JsonObject,
  known: {
    readonly masterContactId: string;
    readonly legs: readonly ContactRow[];
    readonly recordings: readonly Recording[];
  },
): SourceMedium[] {
  const { masterContactId, legs, recordings } = known;
  const absent = absentIn(payload).find(({ part }) => part === 'media-playback');
  const wasAsked = absent !== undefined || objectAt(payload, 'playback') !== undefined;
  const purged = objectAt(payload, 'playbackBefore');
  const shown = [...recordings, ...(purged ? recordingsIn(purged) : [])];
  return [
    ...recordings.map(({ medium }) => medium),
    ...(wasAsked ? missingRecordings(legs, shown, absent?.reason) : []),
    ...documentsIn(payload, legs, masterContactId),
  ];
}

/** Whether a recording may be among the media that the version before lacks; `missing` undefined: anything may be. */
export function lacksRecording(
  missing: readonly string[] | undefined,
  before: JsonObject | undefined,
  masterContactId: string,
): boolean {
  if (missing === undefined || before === undefined) return true;
  const documents = new Set(
    documentsIn(before, legsIn(before), masterContactId).map(({ mediaId }) => mediaId),
  );
  return missing.some((mediaId) => !documents.has(mediaId));
}

/** The master contact's own leg says what the interaction is; else the first. */
function typeOf(legs: readonly ContactRow[], masterContactId: string): string | null {
  const leg = legs.find(({ contactId }) => contactId === masterContactId) ?? legs[0];
  return mediaTypes[leg?.mediaTypeId ?? 0] ?? null;
}

function earliest(times: readonly (string | undefined)[]): string | undefined {
  return known(times).at(0);
}

function latest(times: readonly (string | undefined)[]): string | undefined {
  return known(times).at(-1);
}

/** In order: they are all of one format. */
function known(times: readonly (string | undefined)[]): string[] {
  return times.filter((time) => time !== undefined).sort();
}
