/** Levels: a record nested ten thousand deep would grow with the square of that. */
const deepestIndent = 100;

/**
 * Lays JSON text out with two spaces, token by token: every string and number stays as it was written. Parsing
 * and printing again would turn 64-bit ids into doubles. The text must be valid JSON.
 */
export function prettyJson(text: string): string {
  let out = '';
  let depth = 0;
  const newline = (): string => `\n${'  '.repeat(Math.min(depth, deepestIndent))}`;
  for (const token of tokensOf(text)) {
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

const solid = /\S/g;
const endOfWord = /[\s{}[\],:"]/g;
const quoteOrEscape = /["\\]/g;

/**
 * Strings, punctuation, numbers and words; an empty container is one token. Each pattern looks for one character:
 * one that matched a string as a whole would overflow the stack on a record of many megabytes.
 */
function* tokensOf(text: string): Generator<string> {
  for (let at = find(solid, text, 0); at < text.length;) {
    const end = endOfToken(text, at);
    yield text.slice(at, end);
    at = find(solid, text, end);
  }
}

function endOfToken(text: string, at: number): number {
  const first = text.charAt(at);
  if (first === '"') return endOfString(text, at);
  if (first === '{' || first === '[') {
    const inside = find(solid, text, at + 1);
    return /[}\]]/.test(text.charAt(inside)) ? inside + 1 : at + 1;
  }
  return /[}\],:]/.test(first) ? at + 1 : find(endOfWord, text, at);
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; ;) {
    at = find(quoteOrEscape, text, at);
    if (text.charAt(at) !== '\\') return at + 1;
    at += 2; // what is escaped does not end it
  }
}

function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
