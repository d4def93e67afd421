import type { Version } from '../catalog/rows.ts';
import type { ListedRecord } from './listed-record.ts';

/** A medium of an interaction: archived, or absent with the reason. */
export type ListedMedium = {
  readonly media_id: string;
  /** As the source calls it; null when the record does not say. */
  readonly type: string | null;
  readonly duration_ms: number | null;
} & (
  | {
      /** Of the original. */
      readonly bytes: number;
      /** Of the original. */
      readonly sha256: string;
      readonly object_key: string;
    }
  | {
      /** `not-found`, `denied` or `skipped`. */
      readonly absent: string;
      /** Until then it is asked for again. */
      readonly until?: string;
    }
);

/** The media of a version by its journal entry, with what the record says of them, if it could be read. */
export function listedMedia(version: Version, record: ListedRecord | undefined): ListedMedium[] {
  const described = new Map(record?.media_metadata.map((medium) => [medium.media_id, medium]));
  const description = (media_id: string) => {
    const { type = null, duration_ms = null } = described.get(media_id) ?? {};
    return { media_id, type, duration_ms };
  };
  return [
    ...version.media.map(({ media_id, bytes, sha256, object_key }) => ({
      ...description(media_id),
      bytes,
      sha256,
      object_key,
    })),
    ...version.absent.map(({ media_id, code, until }) => ({
      ...description(media_id),
      absent: code,
      ...(until !== undefined && { until }),
    })),
  ];
}
