/**
 * Lays JSON text out with two spaces, token by token: every string and number stays as it was written. Parsing
 * and printing again would turn 64-bit ids into doubles. The text must be valid JSON.
 */
export function prettyJson(text: string): string {
  let out = '';
  let depth = 0;
  const newline = (): string => `\n${'  '.repeat(depth)}`;
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      depth += 1;
      out += token + newline();
    } else if (token === '}' || token === ']') {
      depth -= 1;
      out += newline() + token;
    } else if (token === ',') {
      out += token + newline();
    } else {
      out += token === ':' ? ': ' : withoutSpace(token);
    }
  }
  return out;
}

/** An empty container may have white space in it; a string keeps its own. */
function withoutSpace(token: string): string {
  return token.startsWith('"') ? token : token.replaceAll(/\s/g, '');
}

// empty containers are one token; everything else that is not punctuation or white space is a number or a word
const tokens = /"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\],:]|[^\s{}[\],:"]+/g;
