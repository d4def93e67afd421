/** The bytes were not what `/files` answers. */
export class NoBase64File extends Error {
  constructor(problem: string) {
    super(`the answer holds no file: ${problem}`);
    this.name = 'NoBase64File';
  }
}

const quote = 0x22;
const backslash = 0x5c;
const longestKey = 256; // bytes
/** As NICE's specification has it, and without the outer object. */
const places = ['files.file', 'file'];

/** Numbers, words, white space, and the bytes of the mark that some servers begin their UTF-8 with. */
const outsideOfStrings = /[\s\w.+\u00ef\u00bb\u00bf-]/;

/** An object or a list that is open; `key` is the member of an object that is being read. */
interface Level {
  readonly isObject: boolean;
  key: string;
}

/**
 * Finds one string in JSON that comes in pieces: that at `files.file`, or `file`, whatever the order, case and white space
 * around it. Only this string is given out, in pieces, its escapes as they are; nothing else of the answer is held.
 */
export class Base64Scanner {
  readonly #levels: Level[] = [];
  #inString: 'key' | 'file' | 'other' | undefined;
  #escaped = false;
  #expectsKey = false;
  #key = '';
  #files = 0;

  /** The parts of the string in the next piece of the answer. */
  *next(piece: Uint8Array): Generator<Buffer> {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    for (let at = 0; at < bytes.length;) {
      if (this.#inString === 'file') {
        // base64 has no quotes, so that the next one ends it, escaped or not: then it is no base64
        const end = bytes.indexOf(quote, at);
        yield bytes.subarray(at, end === -1 ? bytes.length : end);
        if (end !== -1) this.#inString = undefined;
        at = end === -1 ? bytes.length : end + 1;
      } else {
        this.#take(bytes[at] ?? 0);
        at += 1;
      }
    }
  }

  /** Throws unless the answer was whole and held one file. */
  end(): void {
    if (this.#inString !== undefined || this.#levels.length > 0) throw new NoBase64File('it breaks off');
    if (this.#files !== 1) throw new NoBase64File(this.#files === 0 ? 'no file' : 'more than one');
  }

  #take(byte: number): void {
    if (this.#inString !== undefined) this.#takeInString(byte);
    else this.#takeOutside(String.fromCharCode(byte));
  }

  #takeInString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) {
      this.#endString();
      return;
    }
    if (this.#inString === 'key' && this.#key.length < longestKey) this.#key += String.fromCharCode(byte);
  }

  #endString(): void {
    const level = this.#levels.at(-1);
    if (this.#inString === 'key' && level) level.key = this.#key.toLowerCase();
    this.#inString = undefined;
  }

  #takeOutside(character: string): void {
    if (character === '"') this.#beginString();
    else if (character === '{' || character === '[') this.#open(character === '{');
    else if (character === '}' || character === ']') this.#close(character === '}');
    else if (character === ',') this.#expectsKey = this.#levels.at(-1)?.isObject === true;
    else if (character === ':') this.#expectsKey = false;
    else if (!outsideOfStrings.test(character)) throw new NoBase64File('it is no JSON');
  }

  #beginString(): void {
    this.#key = '';
    this.#inString = this.#expectsKey ? 'key' : this.#isFile() ? 'file' : 'other';
    if (this.#inString === 'file') this.#files += 1;
  }

  #isFile(): boolean {
    const objects = this.#levels.filter(({ isObject }) => isObject);
    return places.includes(objects.map(({ key }) => key).join('.'));
  }

  #open(isObject: boolean): void {
    if (this.#levels.length >= 100) throw new NoBase64File('it is nested too deeply');
    this.#levels.push({ isObject, key: '' });
    this.#expectsKey = isObject;
  }

  #close(isObject: boolean): void {
    if (this.#levels.pop()?.isObject !== isObject) throw new NoBase64File('it is no JSON');
    this.#expectsKey = false;
  }
}
