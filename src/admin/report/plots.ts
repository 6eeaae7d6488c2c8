import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { escaped } from './html.ts';

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

const WIDTH = 720;
const HEIGHT = 300;
/** Without a browser the width of a text is guessed, and too narrow: the gap makes up for it. */
const CHARACTER_WIDTH = 7.2;
const MARKER = { itemWidth: 18, itemHeight: 12, itemGap: 40 } as const;
const ROW_HEIGHT = 26;

/** One row of numbers along the plot's labels. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

/** A plot, and the table of the same numbers. */
export interface Plot {
  /** Names the plot within the page. */
  readonly id: string;
  readonly title: string;
  /** A sentence that says the same as the plot. */
  readonly description: string;
  readonly kind: 'lines' | 'stackedBars' | 'bars';
  readonly labels: readonly string[];
  readonly labelName: string;
  readonly valueName: string;
  readonly series: readonly Series[];
  /** A horizontal line. */
  readonly limit?: { readonly name: string; readonly value: number } | undefined;
  /** Sentences below it. */
  readonly notes?: readonly string[];
}

/** Colours that are drawn, each for a variable of the page: so the plot follows light and dark. */
const INK = '#0a0b01';
const GRID = '#0a0b02';
const LIMIT = '#0a0b03';
const COLOURS = ['#0a0b11', '#0a0b12', '#0a0b13', '#0a0b14', '#0a0b15', '#0a0b16'];
const VARIABLES = new Map([
  [INK, 'var(--ink)'],
  [GRID, 'var(--grid)'],
  [LIMIT, 'var(--limit)'],
  ...COLOURS.map((colour, n) => [colour, `var(--series-${String(n + 1)})`] as const),
]);

/** Whether there is anything to draw. */
export function isEmpty({ series }: Plot): boolean {
  return series.every(({ values }) => values.every((value) => value === 0));
}

/** The plot as an SVG element without scripts, with its title and description. */
export function draw(plot: Plot): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  chart.setOption(optionsOf(plot));
  const svg = chart.renderToSVGString();
  chart.dispose();
  const coloured = svg.replace(/#0a0b[01][1-6]/g, (colour) => VARIABLES.get(colour) ?? colour);
  const { id, title, description } = plot;
  const labelled =
    `role="img" aria-labelledby="${id}-title ${id}-description">` +
    `<title id="${id}-title">${escaped(title)}</title>` +
    `<desc id="${id}-description">${escaped(description)}</desc>`;
  return coloured.replace(
    /^<svg width="\d+" height="\d+"([^>]*)>/,
    (_, rest: string) => `<svg${rest} ${labelled}`,
  );
}

function optionsOf({ kind, labels, labelName, valueName, series, limit }: Plot) {
  const text = { color: INK, fontFamily: 'inherit', fontSize: 13 };
  const nameWidth = CHARACTER_WIDTH * Math.max(...series.map(({ name }) => name.length));
  const itemWidth = MARKER.itemWidth + MARKER.itemGap + nameWidth;
  const rows = Math.ceil(series.length / Math.max(1, Math.floor(WIDTH / itemWidth)));
  const axis = {
    nameTextStyle: text,
    axisLabel: { ...text, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: INK } },
    axisTick: { lineStyle: { color: INK } },
    splitLine: { lineStyle: { color: GRID } },
  };
  const line = limit && {
    silent: true,
    symbol: 'none',
    data: [{ yAxis: limit.value, name: limit.name }],
    lineStyle: { color: LIMIT, type: 'dashed', width: 2 },
    label: { formatter: limit.name, position: 'insideEndTop', ...text },
  };
  return {
    animation: false,
    color: COLOURS,
    textStyle: text,
    grid: { left: 70, right: 20, top: 22 + ROW_HEIGHT * rows, bottom: 56 },
    legend: { top: 0, left: 0, textStyle: text, ...MARKER },
    xAxis: {
      ...axis,
      type: 'category',
      data: labels,
      name: labelName,
      nameLocation: 'middle',
      nameGap: 34,
    },
    yAxis: {
      ...axis,
      type: 'value',
      name: valueName,
      nameLocation: 'middle',
      nameGap: 48,
      minInterval: 1,
      ...(limit === undefined
        ? {}
        : { max: (value: { max: number }) => Math.max(value.max, limit.value) }),
    },
    series: series.map(({ name, values }, n) => ({
      name,
      data: values,
      silent: true,
      ...(n === 0 && line !== undefined ? { markLine: line } : {}),
      ...(kind === 'lines'
        ? {
            type: 'line',
            symbol: 'none',
            lineStyle: { width: 3, type: n === 0 ? 'solid' : 'dashed' },
          }
        : { type: 'bar', barMaxWidth: 40, ...(kind === 'bars' ? {} : { stack: 'all' }) }),
    })),
  };
}
