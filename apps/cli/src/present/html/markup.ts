import { printable } from '../../printable.ts';

/** Text that is HTML already. Only {@link html} makes it: what comes from outside cannot get in unescaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What a template may hold: strings are escaped, markup is not, undefined and false are nothing. */
export type Piece = Markup | string | number | undefined | false | readonly Piece[];

/** A template of HTML or SVG: html`<p>${text}</p>`. The indentation of the source is left out. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const texts = parts.map((part, index) => part.replaceAll(/\n\s*/g, '\n') + textOf(pieces[index]));
  return new Markup(texts.join(''));
}

function textOf(piece: Piece): string {
  if (piece === undefined || piece === false) return '';
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'number') return String(piece);
  return typeof piece === 'string' ? escaped(piece) : piece.map(textOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
