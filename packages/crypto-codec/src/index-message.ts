import { z } from 'zod';
import { messageSizeOf } from './cobblestone.ts';
import { CodecError } from './codec-error.ts';
import { compressFrameSync, decompressBounded } from './frames.ts';
import type { ObjectKind } from './header.ts';
import { hasMoreValues, parseJson } from './json-text.ts';

/** The most that an INDEX message may take, decompressed and as a message; bytes (archive-format.md). */
export const largestIndex = 64 * 2 ** 20;

/**
 * The most values that an index is parsed with. A record has six in at least 130 bytes, so every segment's index of
 * {@link largestIndex} has fewer; with frames of about 1 MiB a medium would need a million million bytes for as many.
 */
const mostValues = largestIndex / 16;

const size = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const recordEntry = z.object({
  interaction_id: z.string(),
  sha256,
  frame: size,
  start: size,
  length: size,
});

const objectIndex = z.object({
  object_key: z.string().min(1),
  bytes: size,
  sha256,
  frames: z.array(z.tuple([size, size, size])),
  records: z.array(recordEntry).optional(),
  medium: z.object({ interaction_id: z.string(), media_id: z.string(), content_type: z.string() }).optional(),
});

const plainIndex = objectIndex.omit({ records: true, medium: true });
/** By kind: what belongs to another kind is a field like any other that a reader does not know. */
const indexOfKind: Partial<Record<ObjectKind, z.ZodType<ObjectIndex>>> = {
  records: objectIndex.omit({ medium: true }).required({ records: true }),
  media: objectIndex.omit({ records: true }).required({ medium: true }),
};

/**
 * What the INDEX message says of an object, under the format's own names. `frames` are
 * [offset, length, raw length] in DATA's plaintext; `bytes` and `sha256` are of the original content.
 */
export type ObjectIndex = z.infer<typeof objectIndex>;

/** One record of a segment: `start` and `length` are bytes in the decompressed frame, without the newline. */
export type RecordEntry = z.infer<typeof recordEntry>;

/** The INDEX message's plaintext: one zstd frame of JSON. */
export function encodeIndex(index: ObjectIndex): Buffer {
  const json = Buffer.from(JSON.stringify(index));
  const frame = compressFrameSync(json);
  if (json.length > largestIndex || messageSizeOf(frame.length) > largestIndex) {
    throw new CodecError('index', 'index', 'the index would be larger than 64 MiB');
  }
  return frame;
}

/** Parses the INDEX message's plaintext; its records come in the order of their lines. Throws a CodecError (`index`). */
export function decodeIndex(plaintext: Uint8Array, kind: ObjectKind): ObjectIndex {
  const json = decompressBounded(plaintext, largestIndex, 'index', 'index');
  if (hasMoreValues(json, mostValues))
    throw new CodecError('index', 'index', 'the index has more values than that of any object');
  const result = (indexOfKind[kind] ?? plainIndex).safeParse(parseJson(json, 'index', 'index'));
  if (!result.success) {
    const where = result.error.issues[0]?.path.join('.') ?? '';
    throw new CodecError('index', 'index', `the index is malformed at ${where === '' ? 'its top' : where}`);
  }
  const index: ObjectIndex = result.data;
  const { frames, records } = index;
  // the one frame [0, n, n] of identity content, where n is 0: the same as none
  if (frames.length === 1 && frames[0]?.every((number) => number === 0) === true) frames.pop();
  records?.sort((a, b) => a.frame - b.frame || a.start - b.start);
  return index;
}
