import type {
  JsonObject,
  Participant,
  SourceIdentity,
  SourceInteraction,
  SourceMedium,
} from '@cxvault/plugin-api';
import * as z from 'zod';

/** One medium in an archival record: stored under `object_key`, or `absent` with the reason. */
export interface MediumMetadata {
  readonly media_id: string;
  readonly type: string | null;
  readonly duration_ms: number | null;
  readonly format: string | null;
  /** Without its query: a signed URL is never stored. */
  readonly playback_url: string | null;
  readonly created_time: string | null;
  readonly content_type?: string;
  /** Of the original. */
  readonly bytes?: number;
  /** Of the original. */
  readonly sha256?: string;
  readonly object_key?: string;
  /** `not-found`, `denied` or `skipped`. */
  readonly absent?: string;
  /** The source gave it once and gives it no longer. */
  readonly removed_at_source?: true;
}

/** The archival record (cxone-api: "Archival record"): one line of a segment. */
export interface ArchivalRecord {
  readonly interaction_id: string;
  readonly type: string | null;
  readonly status: string | null;
  readonly created_time: string | null;
  readonly updated_time: string | null;
  readonly participants: readonly Participant[];
  readonly media_metadata: readonly MediumMetadata[];
  readonly source: SourceRef;
}

interface SourceRef {
  readonly system: string;
  readonly profile: string;
  /** Everything that the API returned, signed URLs removed. */
  readonly payload: JsonObject;
}

/** Builds the record of an interaction with what became of its media. */
export function archivalRecord(
  interaction: SourceInteraction,
  media: readonly MediumMetadata[],
  identity: SourceIdentity,
): ArchivalRecord {
  return {
    interaction_id: interaction.interactionId,
    type: interaction.type,
    status: interaction.status,
    created_time: interaction.createdTime,
    updated_time: interaction.updatedTime ?? null,
    participants: interaction.participants,
    media_metadata: media,
    source: { system: identity.system, profile: identity.profile, payload: interaction.payload },
  };
}

/** What a record says of a medium as the source describes it, before it is known what became of it. */
export function describeMedium(medium: SourceMedium): MediumMetadata {
  return {
    media_id: medium.mediaId,
    type: medium.type ?? null,
    duration_ms: medium.durationMs ?? null,
    format: medium.format ?? null,
    playback_url: medium.playbackUrl ?? null,
    created_time: medium.createdTime ?? null,
  };
}

/** The line of a record in a segment, without its newline. */
export function recordLine(record: ArchivalRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

const text = z.string().nullable().default(null);

const mediumMetadata = z.looseObject({
  media_id: z.string(),
  type: text,
  duration_ms: z.number().nullable().default(null),
  format: text,
  playback_url: text,
  created_time: text,
  content_type: z.string().optional(),
  bytes: z.number().optional(),
  sha256: z.string().optional(),
  object_key: z.string().optional(),
  absent: z.string().optional(),
  removed_at_source: z.literal(true).optional(),
});

/** Reads the parts of an archived record that core works with; the rest stays as it is. */
export const archivedRecordSchema = z.looseObject({
  interaction_id: z.string(),
  created_time: text,
  updated_time: text,
  media_metadata: z.array(mediumMetadata).default([]),
  source: z.looseObject({ payload: z.record(z.string(), z.json()).default({}) }).optional(),
});

export type ArchivedRecord = z.infer<typeof archivedRecordSchema>;
