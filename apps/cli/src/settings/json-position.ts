/** Where in a text something is, counted from 1 as editors do. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

const space = /[ \t\r\n]*/y;
// JSON allows no control characters in strings; \P{Cc} is everything else.
const name = /"(?:(?!["\\])[\P{Cc}\u007F-\u009F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const scalar = new RegExp(
  `${name.source}|-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null`,
  'uy',
);

/**
 * Where a text stops being JSON; undefined when it is JSON. `JSON.parse` tells the place only for long texts, and
 * quotes the text, which may hold what must not be printed.
 */
export function jsonDamage(text: string): TextPosition | undefined {
  const reader = new JsonReader(text);
  if (reader.value() && reader.end()) return undefined;
  const before = text.slice(0, reader.at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** The lines on which the members of the objects in a JSON text stand, by their path, such as `run.limit`. */
export function memberLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  new JsonReader(text, (path, at) => lines.set(path.join('.'), text.slice(0, at).split('\n').length)).value();
  return lines;
}

/** Reads over JSON without building it; `at` stops where the text goes wrong. Tells where each member begins. */
class JsonReader {
  at = 0;
  readonly #text: string;
  readonly #tell: (path: readonly string[], at: number) => void;
  readonly #path: string[] = [];

  constructor(text: string, tell: (path: readonly string[], at: number) => void = () => {}) {
    this.#text = text;
    this.#tell = tell;
  }

  value(): boolean {
    this.#take(space);
    if (this.#is('{')) return this.#list('}', () => this.#member());
    if (this.#is('[')) return this.#list(']', () => this.value());
    return this.#take(scalar);
  }

  end(): boolean {
    this.#take(space);
    return this.at === this.#text.length;
  }

  #member(): boolean {
    this.#take(space);
    const start = this.at;
    if (!this.#take(name)) return false;
    this.#path.push(String(JSON.parse(this.#text.slice(start, this.at))));
    this.#tell(this.#path, start);
    const whole = this.#is(':') && this.value();
    this.#path.pop();
    return whole;
  }

  #list(close: string, item: () => boolean): boolean {
    if (this.#is(close)) return true;
    do {
      if (!item()) return false;
    } while (this.#is(','));
    return this.#is(close);
  }

  #is(letter: string): boolean {
    this.#take(space);
    if (this.#text[this.at] !== letter) return false;
    this.at += 1;
    return true;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (match === null) return false;
    this.at += match[0].length;
    return true;
  }
}
