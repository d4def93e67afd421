import type { SourceMedium } from '@cxvault/plugin-api';

import type { ArchivedMedium } from '../journal-entry.ts';
import type { ArchivedRecord, MediumMetadata } from './record.ts';

type ArchivedMetadata = ArchivedRecord['media_metadata'][number];

/** A medium that need not be fetched: the version before has it, with the same id, duration and format. */
export function unchangedMedium(
  medium: SourceMedium,
  previous: ArchivedRecord | undefined,
): MediumMetadata | undefined {
  const known = previous?.media_metadata.find((metadata) => metadata.media_id === medium.mediaId);
  if (known?.object_key === undefined) return undefined;
  const same = known.duration_ms === (medium.durationMs ?? null) && known.format === (medium.format ?? null);
  return same ? toMetadata(known) : undefined;
}

/**
 * What the version before has of a medium that was replaced under its id, while the new content cannot be had: a
 * new version never has less.
 */
export function replacedMedium(
  mediaId: string,
  previous: ArchivedRecord | undefined,
): MediumMetadata | undefined {
  const known = previous?.media_metadata.find((metadata) => metadata.media_id === mediaId);
  return known?.object_key === undefined ? undefined : { ...toMetadata(known), removed_at_source: true };
}

/**
 * What the version before has and the source no longer gives: a new version never has less. Media whose content
 * was replaced under the same id keep their place in the older version only, and media that were never stored are
 * nothing to keep: one stood for a recording that came later, under an id of its own.
 */
export function removedMedia(
  current: readonly SourceMedium[],
  previous: ArchivedRecord | undefined,
): MediumMetadata[] {
  const present = new Set(current.map((medium) => medium.mediaId));
  return (previous?.media_metadata ?? [])
    .filter((metadata) => metadata.object_key !== undefined && !present.has(metadata.media_id))
    .map((metadata) => ({ ...toMetadata(metadata), removed_at_source: true as const }));
}

/** The journal's list of the media that a record refers to. */
export function journalMedia(media: readonly MediumMetadata[]): ArchivedMedium[] {
  return media.flatMap(({ media_id, object_key, bytes, sha256 }) =>
    object_key === undefined || bytes === undefined || sha256 === undefined
      ? []
      : [{ media_id, object_key, bytes, sha256 }],
  );
}

/** Without what was said of its removal: that is for the new version to say. */
function toMetadata(known: ArchivedMetadata): MediumMetadata {
  const { media_id, type, duration_ms, format, playback_url, created_time } = known;
  const { content_type, bytes, sha256, object_key, absent } = known;
  return {
    media_id,
    type,
    duration_ms,
    format,
    playback_url,
    created_time,
    ...(content_type !== undefined && { content_type }),
    ...(bytes !== undefined && { bytes }),
    ...(sha256 !== undefined && { sha256 }),
    ...(object_key !== undefined && { object_key }),
    ...(absent !== undefined && { absent }),
  };
}
