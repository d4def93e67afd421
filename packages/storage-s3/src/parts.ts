/** 5 MiB: what is larger goes in parts, whose least size this is (Amazon S3 user guide, "multipart upload limits"). */
export const partBytes = 5_242_880;

/** The same document: no upload has more parts. */
const maxParts = 10_000;

/**
 * How large the parts of an upload are, so that {@link maxParts} of them suffice. Where the length is not known before
 * there is room for 52 GB: larger parts would cost memory in every upload.
 */
export function partBytesFor(size: number | undefined): number {
  return Math.max(partBytes, Math.ceil((size ?? 0) / maxParts));
}

/** Complete bytes, part by part. */
export async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes);
}
