/**
 * Words, with the spaces before them. A command to type is one, for broken into lines it could not be pasted; and so is
 * what stands in brackets.
 */
const words = / *cxvault .*$| *\[[^\]]*\]| *[^ ]+/g;
const nameAndValue = /^(?:error|warning|hint): +|^ *\S.* {2,}(?=\S)/;

/** Breaks lines that are too long for the terminal between words; the rest stands below the value it belongs to. */
export function wrapped(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  return text
    .split('\n')
    .map((line) => (line.length <= width ? line : wrapLine(line, width)))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  const start = nameAndValue.exec(line)?.[0].length ?? line.search(/\S/) + 2;
  // a column far to the right would leave no room for words
  const indent = ' '.repeat(start <= width / 2 ? start : 4);
  const lines = [''];
  for (const word of line.match(words) ?? []) {
    const last = lines.at(-1) ?? '';
    const below = indent + word.trimStart();
    const helps = below.length <= width && last.trim() !== '';
    if (last.length + word.length > width && helps) lines.push(below);
    else lines[lines.length - 1] = last + word;
  }
  return lines.join('\n');
}
