import { scaleUtc } from 'd3-scale';
import { axisTime, chart, type ChartWords, legend, unit } from './chart.ts';
import { html, type Markup } from './markup.ts';

interface Period {
  readonly from: string;
  readonly to: string;
}

export interface PeriodChart extends ChartWords {
  readonly covered: readonly Period[];
  readonly gaps: readonly Period[];
}

const width = 420;
const height = 62;
const inner = { left: 2, right: width - 2, top: 8, bottom: 34 };

/** What is covered of the time, and the gaps. The beginning of all is drawn as the left edge. */
export function periodChart({ covered, gaps, ...words }: PeriodChart): Markup {
  const { from, to } = drawn([...covered, ...gaps]);
  const x = scaleUtc().domain([from, to]).range([inner.left, inner.right]);
  const rect = (paint: string, what: string) => (period: Period) => {
    const left = x(Math.max(from, Date.parse(period.from)));
    const right = x(Date.parse(period.to));
    return html`<rect
      class="${paint}"
      x="${unit(left)}"
      y="${inner.top}"
      width="${unit(Math.max(1, right - left))}"
      height="${inner.bottom - inner.top}"
      ><title>${what}: ${period.from} to ${period.to}</title></rect
    > `;
  };
  const drawing = [
    html`<rect
      class="track"
      x="${inner.left}"
      y="${inner.top}"
      width="${inner.right - inner.left}"
      height="${inner.bottom - inner.top}"
    />`,
    covered.map(rect('green', 'covered')),
    gaps.map(rect('red', 'gap')),
    x.ticks(3).map((tick) => timeLabel(x(tick), axisTime(tick, to - from))),
  ];
  const series = [
    { name: 'covered', paint: 'green' as const },
    { name: 'gap: not listed yet', paint: 'red' as const },
  ];
  return chart(words, { width, height }, drawing, legend(series));
}

/** From the first time that is one: windows that begin at the beginning of all would squeeze all else together. */
function drawn(periods: readonly Period[]): { from: number; to: number } {
  const edges = periods.flatMap(({ from, to }) => [Date.parse(from), Date.parse(to)]).filter((at) => at > 0);
  const to = Math.max(...edges);
  const first = Math.min(...edges);
  const span = Math.max(to - first, 3_600_000);
  const openLeft = periods.some(({ from }) => Date.parse(from) <= 0);
  return { from: openLeft || first === to ? first - span / 4 : first, to };
}

function timeLabel(x: number, text: string): Markup {
  const anchor = x < 30 ? 'start' : x > width - 30 ? 'end' : 'middle';
  return html`<text x="${unit(x)}" y="${height - 10}" text-anchor="${anchor}">${text}</text>`;
}
