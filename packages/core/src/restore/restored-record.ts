import { CodecError } from '@cxvault/crypto-codec';
import * as z from 'zod';

/** What a restore needs to know of an archival record (cxone-api, "Archival record"). */
const recordSchema = z.object({
  created_time: z.string().nullish(),
  media_metadata: z
    .array(
      z.object({
        media_id: z.string(),
        format: z.string().nullish(),
        content_type: z.string().nullish(),
      }),
    )
    .nullish(),
});

/** A record on its way to a file. */
export interface RestoredRecord {
  /** The line's text, valid JSON. */
  readonly text: string;
  readonly createdTime: string | undefined;
  /** The UTC day on which the interaction was created, `undated` when that is not known: the folder's name. */
  readonly day: string;
  /** How the source described each medium, by its id. */
  readonly media: ReadonlyMap<
    string,
    { readonly contentType: string | undefined; readonly format: string | undefined }
  >;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a record line. Throws a CodecError (`content`) when it is not a record. */
export function restoredRecord(line: Uint8Array): RestoredRecord {
  const { text, record } = parse(line);
  const media = (record.media_metadata ?? []).map(
    ({ media_id, content_type, format }) =>
      [media_id, { contentType: content_type ?? undefined, format: format ?? undefined }] as const,
  );
  const createdTime = record.created_time ?? undefined;
  return { text, createdTime, day: dayOf(createdTime), media: new Map(media) };
}

function parse(line: Uint8Array): { text: string; record: z.infer<typeof recordSchema> } {
  try {
    const text = utf8.decode(line);
    return { text, record: recordSchema.parse(JSON.parse(text)) };
  } catch (error) {
    throw new CodecError('content', 'content', 'the line is not the JSON of a record', error);
  }
}

function dayOf(time: string | undefined): string {
  const at = Date.parse(time ?? '');
  const day = Number.isNaN(at) ? '' : new Date(at).toISOString().slice(0, 10);
  return /^\d{4}-\d\d-\d\d$/.test(day) ? day : 'undated';
}
