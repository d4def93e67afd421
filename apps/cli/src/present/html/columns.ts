import { scaleBand } from 'd3-scale';
import { stack } from 'd3-shape';
import { across, labelBelow, numberAxis, plot, upright } from './axes.ts';
import { chart, type ChartWords, legend, type Paint, unit } from './chart.ts';
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

const labelsAtMost = 5;

/** Columns over time, the series on top of each other. */
export function columnChart(options: ColumnChart): Markup {
  const { columns, series, limit, format, height = 190 } = options;
  const y = upright(Math.max(limit?.value ?? 0, ...columns.map(({ values }) => sum(values))), height);
  const x = scaleBand<number>()
    .domain([...columns.keys()])
    .range([plot.left, plot.right])
    .paddingInner(columns.length > 60 ? 0 : 0.2)
    .paddingOuter(0.1);
  const drawing = [
    numberAxis(y, format),
    bars(options, x, y),
    labels(columns, x, height),
    limit && limitLine(y(limit.value), limit.name),
  ];
  const below = series.length > 1 ? legend(series) : undefined;
  return chart(options, { width: plot.width, height }, drawing, below);
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

function labels(columns: readonly ColumnValues[], x: Band, height: number): Piece {
  const every = Math.ceil(columns.length / labelsAtMost);
  return columns.map(
    ({ label }, index) =>
      index % every === 0 && labelBelow(label, (x(index) ?? 0) + x.bandwidth() / 2, height),
  );
}

function limitLine(y: number, name: string): Markup {
  return html`${across('limit', y)}<text class="limit" x="${plot.right}" y="${unit(y - 5)}" text-anchor="end"
      >${name}</text
    >`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
