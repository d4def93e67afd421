import * as z from 'zod';

const newline = 0x0a;

/** Cuts a stream of bytes into lines, without their newlines. Holds at most one line. */
export class LineCutter {
  readonly #onLine: (line: Buffer) => void;
  #open: Uint8Array[] = [];

  constructor(onLine: (line: Buffer) => void) {
    this.#onLine = onLine;
  }

  /** `chunk` is used before this returns, or copied. */
  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#emit(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#open.push(Buffer.from(chunk.subarray(start)));
  }

  /** True when the bytes ended with a newline, as they must. */
  get complete(): boolean {
    return this.#open.length === 0;
  }

  #emit(tail: Uint8Array): void {
    const line =
      this.#open.length === 0
        ? Buffer.from(tail.buffer, tail.byteOffset, tail.length)
        : Buffer.concat([...this.#open, tail]);
    this.#open = [];
    this.#onLine(line);
  }
}

/** What of an archival record (cxone-api, "Archival record") the journal says too. */
const recordSchema = z.object({
  interaction_id: z.string(),
  created_time: z.string().nullish(),
  updated_time: z.string().nullish(),
  media_metadata: z
    .array(
      z.object({
        media_id: z.string(),
        object_key: z.string().nullish(),
        bytes: z.number().nullish(),
        sha256: z.string().nullish(),
      }),
    )
    .nullish(),
});

/** The facts of one record that the journal repeats. */
export interface RecordFacts {
  readonly interaction_id: string;
  readonly created_time: string | undefined;
  /** Empty when the record has none, as in the catalog. */
  readonly updated_time: string;
  /** The media that the archive holds, one line each, sorted: equal lists are equal texts. */
  readonly media: string;
}

/** The facts of a record line; undefined when it is not the JSON of a record. */
export function recordFacts(line: Uint8Array): RecordFacts | undefined {
  const parsed = recordSchema.safeParse(parseJson(line));
  if (!parsed.success) return undefined;
  const { interaction_id, created_time, updated_time, media_metadata } = parsed.data;
  const held = (media_metadata ?? []).flatMap(({ media_id, object_key, bytes, sha256 }) =>
    typeof object_key === 'string' ? [{ media_id, object_key, bytes, sha256 }] : [],
  );
  return {
    interaction_id,
    created_time: created_time ?? undefined,
    updated_time: updated_time ?? '',
    media: mediaText(held),
  };
}

/** A list of media as one comparable text, whatever its order. */
export function mediaText(
  media: readonly {
    readonly media_id: string;
    readonly object_key: string;
    readonly bytes?: number | null | undefined;
    readonly sha256?: string | null | undefined;
  }[],
): string {
  return media
    .map(({ media_id, object_key, bytes, sha256 }) => JSON.stringify([media_id, object_key, bytes, sha256]))
    .sort()
    .join('\n');
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseJson(line: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(line));
  } catch {
    return undefined;
  }
}
