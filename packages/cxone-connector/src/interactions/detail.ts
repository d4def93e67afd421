import type {
  JsonObject,
  JsonValue,
  Participant,
  SourceInteraction,
  SourceMedium,
} from '@cxvault/plugin-api';
import { z } from 'zod';
import { changedFields } from '../changed-fields.ts';
import { contentDigest } from '../content-digest.ts';
import type { DigestOptions } from '../content-digest.ts';
import { camelObject } from '../field-names.ts';
import { isJsonObject } from '../json.ts';
import { bareUrl, withoutSignedUrls } from '../signed-urls.ts';
import { durationField, idField, textField, timeField } from './fields.ts';

const participantSchema = z.object({
  id: textField.optional(),
  type: textField.optional(),
  address: textField.optional(),
  state: textField.optional(),
});

const mediumSchema = z.object({
  id: idField.optional(),
  mediaId: idField.optional(),
  type: textField.optional(),
  durationMs: durationField.optional(),
  format: textField.optional(),
  playbackUrl: textField.optional(),
  createdTime: timeField.optional(),
});

/** A list that may be missing or null, as may each element. */
function listOf<T extends z.ZodType>(element: T) {
  return z
    .array(element.nullable())
    .nullish()
    .transform((list) => (list ?? []).filter((item) => item !== null));
}

const detailSchema = z.object({
  id: idField,
  type: textField.optional(),
  status: textField.optional(),
  createdTime: timeField.optional(),
  updatedTime: timeField.optional(),
  participants: listOf(participantSchema),
  media: listOf(mediumSchema),
});

type Detail = z.infer<typeof detailSchema>;

/**
 * Reads the details of the interaction that was asked for. Throws when the answer is another one's, or when a
 * part that the archive hangs on (an id, the lists themselves) cannot be read.
 */
export function readDetail(
  json: JsonValue,
  interactionId: string,
  options: { readonly digest: DigestOptions; readonly fetchedAt: number },
): SourceInteraction {
  if (!isJsonObject(json)) throw new TypeError('the details are no object');
  const detail = detailSchema.parse(camelObject(json));
  if (detail.id !== interactionId) throw new TypeError('the details are of another interaction');
  const payload: JsonObject = withoutSignedUrls(json);
  const media = readMedia(detail);
  return {
    interactionId,
    type: detail.type ?? null,
    status: detail.status ?? null,
    createdTime: detail.createdTime ?? null,
    updatedTime: detail.updatedTime,
    endedTime: endOf(detail.createdTime, media),
    participants: detail.participants.map(readParticipant),
    media,
    payload,
    contentDigest: (absent) => contentDigest(payload, absent, options.digest),
    changedFields: (earlier) => changedFields(earlier, payload, options.digest),
    fetchedAt: options.fetchedAt,
  };
}

function readParticipant(participant: z.infer<typeof participantSchema>): Participant {
  const { id, type, address, state } = participant;
  return { id: id ?? null, type: type ?? null, address: address ?? null, state: state ?? null };
}

/** Media need ids to be told apart; a repeated id gets a number, so that neither medium is lost. */
function readMedia(detail: Detail): SourceMedium[] {
  const seen = new Map<string, number>();
  return detail.media.map((medium) => {
    const id = medium.id ?? medium.mediaId;
    if (id === undefined) throw new TypeError('a medium has no id');
    const times = (seen.get(id) ?? 0) + 1;
    seen.set(id, times);
    return readMedium(medium, times === 1 ? id : `${id}#${times}`);
  });
}

function readMedium(medium: z.infer<typeof mediumSchema>, mediaId: string): SourceMedium {
  const url = medium.playbackUrl?.trim();
  const known = url === '' ? undefined : url;
  return {
    mediaId,
    type: medium.type ?? undefined,
    durationMs: medium.durationMs,
    format: medium.format ?? undefined,
    url: known,
    playbackUrl: known === undefined ? undefined : bareUrl(known),
    createdTime: medium.createdTime,
  };
}

/** The latest moment that the details speak of: the beginning, or the end of a medium. */
function endOf(createdTime: string | undefined, media: readonly SourceMedium[]): string | undefined {
  const ends = media.map((medium) => Date.parse(medium.createdTime ?? '') + (medium.durationMs ?? 0));
  const known = [Date.parse(createdTime ?? ''), ...ends].filter((at) => !Number.isNaN(at));
  return known.length === 0 ? undefined : new Date(Math.max(...known)).toISOString();
}
