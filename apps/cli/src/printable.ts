// What a terminal obeys instead of showing it: control characters but the newline, and overrides of the direction.
const obeyed = /(?!\n)[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

/** A text that only shows: ids and reasons come from other systems, and must not move the cursor or hide lines. */
export function printable(text: string): string {
  return text.replaceAll(obeyed, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);
}
