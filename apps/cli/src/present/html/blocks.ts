import { elapsed } from '../layout.ts';
import { html, type Markup, type Piece } from './markup.ts';

/** One column of a table. */
export interface Column {
  readonly name: string;
  /** `number`: to the right, digits below each other; `code`: as it is typed. */
  readonly kind?: 'number' | 'code';
}

/** A table; on a narrow screen each row of a wide one becomes a list of names and values. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Piece[])[],
): Markup {
  const narrow = columns.length <= 2 && columns.every(({ kind }) => kind !== 'code') ? ' narrow' : '';
  return html`<div class="scroll${narrow}">
    <table${columns.length > 2 && html` class="stack"`}>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ name, kind }) => html`<th scope="col" ${classOf(kind)}>${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, index) => cellOf(cell, columns[index]))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function cellOf(cell: Piece, column: Column | undefined): Markup {
  return html`<td data-name="${column?.name ?? ''}" ${classOf(column?.kind)}>${cell}</td>`;
}

function classOf(kind: Column['kind']): Piece {
  return kind === undefined ? undefined : html` class="${kind}"`;
}

/** A number that is seen from afar. */
export interface Tile {
  readonly value: string;
  readonly name: string;
  readonly state?: 'attention' | 'bad' | undefined;
}

export function tiles(all: readonly Tile[]): Markup {
  return html`<div class="tiles">
    ${all.map(
      ({ value, name, state }) =>
        html`<div class="tile${state === undefined ? undefined : ` ${state}`}">
          <b>${value}</b><span>${name}</span>
        </div>`,
    )}
  </div>`;
}

/** A part of the page under its own heading. */
export function section(title: string, lead: Piece, ...content: readonly Piece[]): Markup {
  const words = lead === undefined || lead === '' ? undefined : html`<p class="lead">${lead}</p>`;
  return html`<section>
    <h2>${title}</h2>
    ${words}${content}
  </section>`;
}

/** Side by side where there is room. */
export function pair(...content: readonly Piece[]): Markup {
  return html`<div class="pair">${content.map((one) => html`<div>${one}</div>`)}</div>`;
}

/** What should not be overlooked. */
export function notice(state: 'attention' | 'bad', title: string, text: Piece, hint?: string): Markup {
  const advice = hint === undefined ? undefined : html`<p>What to do: ${hint}</p>`;
  return html`<div class="notice ${state}">
    <p><strong>${title}</strong> ${text}</p>
    ${advice}
  </div>`;
}

export function note(text: Piece): Markup {
  return html`<p class="note">${text}</p>`;
}

/** A length of time that is a setting: `1 s`, `5 min`. */
export function period(milliseconds: number): string {
  return milliseconds < 60_000
    ? `${milliseconds / 1_000} s`
    : elapsed(milliseconds).replace(/ 0 (s|min)$/, '');
}

/** A time as one reads it: `2026-11-24 12:05:31 UTC`. */
export function moment(time: string | number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
