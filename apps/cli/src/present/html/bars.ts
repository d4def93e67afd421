import { scaleLinear } from 'd3-scale';
import { chart, type ChartWords, type Paint, unit } from './chart.ts';
import { html, type Markup } from './markup.ts';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** The value in words. */
  readonly text: string;
  readonly paint: Paint;
}

const width = 420;
const rowHeight = 36;
const longestName = 44; // characters: a longer one would run into the value

/** Bars below each other, each under its name: readable on a phone, whatever the names are. */
export function barChart({ bars, ...words }: ChartWords & { readonly bars: readonly Bar[] }): Markup {
  const x = scaleLinear()
    .domain([0, Math.max(1, ...bars.map(({ value }) => value))])
    .range([0, width]);
  const rows = bars.map(({ name, value, text, paint }, index) => {
    const top = index * rowHeight;
    // What is there must be seen, however small it is beside the others.
    const length = value === 0 ? 0 : Math.max(2, x(value));
    return html`<text class="value" x="0" y="${top + 12}">${shortened(name)}</text
      ><text x="${width}" y="${top + 12}" text-anchor="end">${text}</text>
      <rect class="track" x="0" y="${top + 18}" width="${width}" height="10" rx="2" /><rect
        class="${paint}"
        x="0"
        y="${top + 18}"
        width="${unit(length)}"
        height="10"
        rx="2"
      /> `;
  });
  return chart(words, { width, height: Math.max(1, bars.length) * rowHeight - 4 }, rows);
}

function shortened(name: string): string {
  const signs = [...name];
  return signs.length <= longestName ? name : `${signs.slice(0, longestName - 1).join('')}…`;
}
