/**
 * Strict base64 (RFC 4648 section 4, with padding): undefined for anything that encoding the result would not give
 * back exactly. Node's own decoder takes the URL alphabet, white space and missing padding without a word.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
