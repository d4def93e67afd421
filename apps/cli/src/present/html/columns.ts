import { scaleBand, scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';
import { axisNumber, chart, type ChartWords, legend, type Paint, unit } from './chart.ts';
import { html, type Markup, type Piece } from './markup.ts';

/** One column: a day, or an interval of a run. */
export interface ColumnValues {
  /** Stands under the axis where there is room. */
  readonly label: string;
  /** A number for each series, from the bottom up. */
  readonly values: readonly number[];
}

export interface ColumnChart extends ChartWords {
  readonly columns: readonly ColumnValues[];
  readonly series: readonly { readonly name: string; readonly paint: Paint }[];
  /** The most that a column may reach, as a line. */
  readonly limit?: { readonly value: number; readonly name: string } | undefined;
  /** Numbers of the axis. */
  readonly format?: (value: number) => string;
  readonly height?: number;
}

const width = 420;
const margin = { top: 18, right: 8, bottom: 24, left: 46 };
const labelsAtMost = 5;

/** Columns over time, the series on top of each other. */
export function columnChart(options: ColumnChart): Markup {
  const { columns, series, limit, format = axisNumber, height = 190 } = options;
  const highest = Math.max(1, limit?.value ?? 0, ...columns.map(({ values }) => sum(values)));
  const y = scaleLinear()
    .domain([0, highest])
    .nice(4)
    .range([height - margin.bottom, margin.top]);
  const x = scaleBand<number>()
    .domain([...columns.keys()])
    .range([margin.left, width - margin.right])
    .paddingInner(columns.length > 60 ? 0 : 0.2)
    .paddingOuter(0.1);
  const drawing = [
    y
      .ticks(4)
      .filter(Number.isInteger)
      .map((tick) => gridLine(y(tick), format(tick))),
    bars(options, x, y),
    labels(columns, x, height),
    limit && limitLine(y(limit.value), limit.name),
  ];
  return chart(options, { width, height }, drawing, series.length > 1 ? legend(series) : undefined);
}

type Band = ReturnType<typeof scaleBand<number>>;
type Height = (value: number) => number;

function bars({ columns, series }: ColumnChart, x: Band, y: Height): Piece {
  // One column alone would be a wall.
  const thickness = Math.min(x.bandwidth(), 64);
  const layers = stack<unknown, ColumnValues, number>()
    .keys(series.keys())
    .value(({ values }, key) => values[key] ?? 0)(columns);
  return layers.map((layer) =>
    layer.map(([from, to], index) => {
      const { label = '', values = [] } = columns[index] ?? {};
      const { name = '', paint = 'blue' } = series[layer.key] ?? {};
      if (to <= from) return undefined;
      const left = (x(index) ?? 0) + (x.bandwidth() - thickness) / 2;
      return html`<rect
        class="${paint}"
        x="${unit(left)}"
        y="${unit(y(to))}"
        width="${unit(thickness)}"
        height="${unit(y(from) - y(to))}"
        ><title>${label}: ${values[layer.key] ?? 0} ${name}</title></rect
      > `;
    }),
  );
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

function labels(columns: readonly ColumnValues[], x: Band, height: number): Piece {
  const every = Math.ceil(columns.length / labelsAtMost);
  return columns.map(({ label }, index) => {
    if (index % every !== 0) return undefined;
    const middle = (x(index) ?? 0) + x.bandwidth() / 2;
    const half = label.length * 3.2; // a sign is about 6.4 units wide
    const [anchor, at] = middle + half > width ? ['end', width] : ['middle', middle];
    return html`<text x="${unit(at)}" y="${height - 7}" text-anchor="${anchor}">${label}</text>`;
  });
}

function limitLine(y: number, name: string): Markup {
  return html`<line
      class="limit"
      x1="${margin.left}"
      x2="${width - margin.right}"
      y1="${unit(y)}"
      y2="${unit(y)}"
    /><text class="limit" x="${width - margin.right}" y="${unit(y - 5)}" text-anchor="end">${name}</text>`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
