import type { ScaleLinear } from 'd3-scale';
import { scaleLinear } from 'd3-scale';
import { axisNumber, unit } from './chart.ts';
import { html, type Markup, type Piece } from './markup.ts';

/** The area of a chart with a number axis on the left and times below; the page scales its units. */
export const plot = { width: 420, left: 46, right: 412, top: 18, below: 24 };

/** From 0 at the bottom to at least `highest`, for a chart so high. */
export function upright(highest: number, height: number): ScaleLinear<number, number> {
  return scaleLinear()
    .domain([0, Math.max(1, highest)])
    .nice(4)
    .range([height - plot.below, plot.top]);
}

/** Lines across at whole numbers, and the numbers beside them. */
export function numberAxis(
  y: ScaleLinear<number, number>,
  format: (value: number) => string = axisNumber,
): Piece {
  return y
    .ticks(4)
    .filter(Number.isInteger)
    .map(
      (tick) =>
        html`${across('axis', y(tick))}<text x="${plot.left - 6}" y="${unit(y(tick) + 4)}" text-anchor="end"
            >${format(tick)}</text
          > `,
    );
}

/** A line over the whole width. */
export function across(kind: 'axis' | 'limit', y: number): Markup {
  return html`<line class="${kind}" x1="${plot.left}" x2="${plot.right}" y1="${unit(y)}" y2="${unit(y)}" />`;
}

/** Words below the axis, in the middle of what they name, and never outside of the drawing. */
export function labelBelow(text: string, middle: number, height: number): Markup {
  const half = text.length * 3.2; // a sign is about 6.4 units wide
  const [anchor, at] =
    middle + half > plot.width ? ['end', plot.width] : middle < half ? ['start', 0] : ['middle', middle];
  return html`<text x="${unit(at)}" y="${height - 7}" text-anchor="${anchor}">${text}</text>`;
}
