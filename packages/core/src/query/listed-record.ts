import { CodecError } from '@cxvault/crypto-codec';
import * as z from 'zod';

const text = z.string().nullable().default(null);

/** What a list shows and asks of an archival record (cxone-api, "Archival record"). */
const recordSchema = z.object({
  type: text,
  status: text,
  created_time: text,
  participants: z
    .array(z.object({ id: text, type: text, address: text, state: text }))
    .nullish()
    .transform((list) => list ?? []),
  media_metadata: z
    .array(
      z.object({
        media_id: z.string(),
        type: text,
        duration_ms: z.number().nullable().default(null),
        format: text,
        content_type: z.string().nullish(),
      }),
    )
    .nullish()
    .transform((list) => list ?? []),
});

/** The parts of a record that people look for. */
export type ListedRecord = z.infer<typeof recordSchema>;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a record line. Throws a CodecError (`content`) when it is not a record. */
export function listedRecord(line: Uint8Array): ListedRecord {
  try {
    return recordSchema.parse(JSON.parse(utf8.decode(line)));
  } catch (error) {
    throw new CodecError('content', 'content', 'the line is not the JSON of a record', error);
  }
}
