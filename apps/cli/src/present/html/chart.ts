import { html, type Markup, type Piece } from './markup.ts';

/** How a series is painted; the style sheet says which shade that is in light, dark and print. */
export type Paint = 'blue' | 'green' | 'red' | 'amber' | 'grey';

/** What a reader who does not see the chart is told of it. */
export interface ChartWords {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly description: string;
}

/** Units of the drawing; the page scales them. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** A drawing with its caption, as an image that names itself. */
export function chart(
  { id, title, description }: ChartWords,
  { width, height }: ChartSize,
  drawing: Piece,
  below?: Piece,
): Markup {
  return html`<figure id="${id}">
    <figcaption>${title}</figcaption>
    <svg role="img" viewBox="0 0 ${width} ${height}" aria-labelledby="${id}-title ${id}-desc">
      <title id="${id}-title">${title}</title>
      <desc id="${id}-desc">${description}</desc>
      ${drawing}</svg
    >${below}
  </figure>`;
}

/** Which paint stands for what. */
export function legend(series: readonly { readonly name: string; readonly paint: Paint }[]): Markup {
  return html`<ul class="legend">
    ${series.map(
      ({ name, paint }) =>
        html`<li>
          <svg viewBox="0 0 11 11" aria-hidden="true">
            <rect class="${paint}" width="11" height="11" rx="2" /></svg
          >${name}
        </li>`,
    )}
  </ul>`;
}

/** Drawing units with no more digits than one sees. */
export function unit(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** A number on an axis: 1200 as `1.2k`. */
export function axisNumber(value: number): string {
  const [divisor, sign] =
    value >= 1e9 ? [1e9, 'G'] : value >= 1e6 ? [1e6, 'M'] : value >= 1e4 ? [1e3, 'k'] : [1, ''];
  return `${String(Math.round((value / divisor) * 10) / 10)}${sign}`;
}

const hourMs = 3_600_000;

/** A time under an axis that spans so much: seconds within an hour, minutes within two days, else the day. UTC. */
export function axisTime(at: number | Date, spanMs: number): string {
  const text = new Date(at).toISOString();
  if (spanMs <= hourMs) return text.slice(11, 19);
  return spanMs <= 48 * hourMs ? text.slice(11, 16) : text.slice(0, 10);
}
