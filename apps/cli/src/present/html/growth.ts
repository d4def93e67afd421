import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import { axisNumber, axisTime, chart, type ChartWords, unit } from './chart.ts';
import { html, type Markup } from './markup.ts';

export interface Growth extends ChartWords {
  /** Totals at times (milliseconds since 1970), oldest first. */
  readonly points: readonly { readonly at: number; readonly total: number }[];
  /** The period that is drawn. */
  readonly from: number;
  readonly to: number;
}

const width = 420;
const height = 190;
const margin = { top: 12, right: 8, bottom: 24, left: 46 };

/** A total that grows in steps, over time. */
export function growthChart({ points, from, to, ...words }: Growth): Markup {
  const y = scaleLinear()
    .domain([0, Math.max(1, points.at(-1)?.total ?? 0)])
    .nice(4)
    .range([height - margin.bottom, margin.top]);
  const x = scaleUtc()
    .domain([from, Math.max(to, from + 1_000)])
    .range([margin.left, width - margin.right]);
  const shape = area<{ at: number; total: number }>()
    .x(({ at }) => x(at))
    .y0(y(0))
    .y1(({ total }) => y(total))
    .curve(curveStepAfter)
    .digits(2);
  const ends = [{ at: from, total: 0 }, ...points, { at: to, total: points.at(-1)?.total ?? 0 }];
  return chart(words, { width, height }, [
    y
      .ticks(4)
      .filter(Number.isInteger)
      .map((tick) => gridLine(y(tick), axisNumber(tick))),
    html`<path class="green" d="${shape(ends) ?? ''}" />`,
    x.ticks(4).map((tick) => timeLabel(x(tick), axisTime(tick, to - from))),
  ]);
}

function gridLine(y: number, text: string): Markup {
  return html`<line
      class="axis"
      x1="${margin.left}"
      x2="${width - margin.right}"
      y1="${unit(y)}"
      y2="${unit(y)}"
    /><text x="${margin.left - 6}" y="${unit(y + 4)}" text-anchor="end">${text}</text> `;
}

function timeLabel(x: number, text: string): Markup {
  const anchor = x < margin.left + 20 ? 'start' : x > width - 30 ? 'end' : 'middle';
  return html`<text x="${unit(x)}" y="${height - 7}" text-anchor="${anchor}">${text}</text>`;
}
