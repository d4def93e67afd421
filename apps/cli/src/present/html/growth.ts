import { scaleUtc, type ScaleTime } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import { labelBelow, numberAxis, plot, upright } from './axes.ts';
import { axisTime, chart, type ChartWords } from './chart.ts';
import { html, type Markup } from './markup.ts';

export interface Growth extends ChartWords {
  /** Totals at times (milliseconds since 1970), oldest first. */
  readonly points: readonly { readonly at: number; readonly total: number }[];
  /** The period that is drawn. */
  readonly from: number;
  readonly to: number;
}

const height = 190;

/** A total that grows in steps, over time. */
export function growthChart({ points, from, to, ...words }: Growth): Markup {
  const y = upright(points.at(-1)?.total ?? 0, height);
  const x = scaleUtc()
    .domain([from, Math.max(to, from + 1_000)])
    .range([plot.left, plot.right]);
  const shape = area<{ at: number; total: number }>()
    .x(({ at }) => x(at))
    .y0(y(0))
    .y1(({ total }) => y(total))
    .curve(curveStepAfter)
    .digits(2);
  const ends = [{ at: from, total: 0 }, ...points, { at: to, total: points.at(-1)?.total ?? 0 }];
  return chart(words, { width: plot.width, height }, [
    numberAxis(y),
    html`<path class="green" d="${shape(ends) ?? ''}" />`,
    timeTicks(x, to - from).map(({ at, text }) => labelBelow(text, x(at), height)),
  ]);
}

/** Few times below the axis; a short period has several of them within a second, which would read alike. */
function timeTicks(
  x: ScaleTime<number, number>,
  spanMs: number,
): { readonly at: Date; readonly text: string }[] {
  const ticks = x.ticks(4).map((at) => ({ at, text: axisTime(at, spanMs) }));
  return ticks.filter(({ text }, index) => text !== ticks[index - 1]?.text);
}
