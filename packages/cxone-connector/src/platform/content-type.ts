import { fileTypeFromBuffer } from 'file-type';

/** Enough of a file to tell its type: what `file-type` recommends. */
export const headBytes = 4100;

/** The type that the first bytes show; undefined for text and for what is not known. */
export async function contentTypeOf(head: Buffer): Promise<string | undefined> {
  return (await fileTypeFromBuffer(head))?.mime;
}

/** True for what no recording begins with: an HTML or XML page, or a JSON error. */
export function isErrorPage(head: Buffer): boolean {
  return /^(\ufeff)?\s*[<{["]/.test(head.subarray(0, 512).toString('utf8'));
}
