import { Base64Scanner, NoBase64File } from './base64-scanner.ts';

/**
 * The file in an answer of `/files`: `{"files": {"file": "<base64>", …}}`, decoded piece by piece, so that memory
 * does not hang on its size. Throws {@link NoBase64File} for anything else.
 */
export async function* base64File(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const scanner = new Base64Scanner();
  const decoder = new Base64Decoder();
  for await (const chunk of chunks) {
    for (const part of scanner.next(chunk)) {
      const decoded = decoder.next(part.toString('latin1'));
      if (decoded.length > 0) yield decoded;
    }
  }
  scanner.end();
  const rest = decoder.end();
  if (rest.length > 0) yield rest;
}

/** Decodes base64 in pieces that are cut anywhere, as it stands in a JSON string. */
class Base64Decoder {
  /** The beginning of an escape that goes on in the next piece. */
  #escape = '';
  /** Up to three characters that do not make bytes yet. */
  #rest = '';
  #padded = false;

  next(text: string): Buffer {
    const characters = this.#rest + this.#unescaped(this.#escape + text);
    const whole = characters.length - (characters.length % 4);
    this.#rest = characters.slice(whole);
    return this.#decode(characters.slice(0, whole));
  }

  end(): Buffer {
    const last = this.#rest.replace(/=+$/, '');
    if (this.#escape !== '' || last.length === 1) throw new NoBase64File('its base64 is cut off');
    return this.#decode(last);
  }

  /** Some servers write `\/` for a slash, `\u002B` for a plus, and `\r\n` between lines. */
  #unescaped(text: string): string {
    this.#escape = '';
    if (!text.includes('\\')) return text;
    const unfinished = /\\(u[0-9a-f]{0,3})?$/i.exec(text)?.[0] ?? '';
    this.#escape = unfinished;
    return text
      .slice(0, text.length - unfinished.length)
      .replace(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, code: string | undefined, character: string) => {
        if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
        if (character === '/') return '/';
        if (character === 'r' || character === 'n') return '';
        throw new NoBase64File('its text is no base64');
      });
  }

  #decode(text: string): Buffer {
    if (text === '') return Buffer.alloc(0);
    if (this.#padded || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(text))
      throw new NoBase64File('its text is no base64');
    this.#padded = text.endsWith('=');
    return Buffer.from(text, 'base64');
  }
}
