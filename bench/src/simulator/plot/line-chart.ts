/** Values over the hours of a day, a line for each policy. */
import { COLOURS, element, readable, roundUp, short, svg } from './svg.js';

export interface LineChart {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly title: string;
  /** Evenly over 24 hours. */
  readonly values: readonly number[];
}

const WIDTH_PX = 760;
const HEIGHT_PX = 360;
const left = 64;
const right = WIDTH_PX - 16;
const top = 72;
const bottom = HEIGHT_PX - 40;
const GRID_LINES = 4;
const LABEL_EVERY_HOURS = 3;
const LEGEND_COLUMN_PX = 225;
const LEGEND_COLUMNS = 3;

export function drawLineChart({ title, unit, lines }: LineChart): string {
  const most = roundUp(Math.max(...lines.flatMap(({ values }) => values)));
  const x = (hour: number): number => left + ((right - left) * hour) / 24;
  const y = (value: number): number => bottom - ((bottom - top) * value) / most;
  const grid = Array.from({ length: GRID_LINES + 1 }, (_, index) => (most * index) / GRID_LINES).flatMap((value) => [
    element('line', { x1: left, x2: right, y1: y(value), y2: y(value), stroke: '#ddd' }),
    element('text', { x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, readable(value)),
  ]);
  const hours = Array.from({ length: 24 / LABEL_EVERY_HOURS + 1 }, (_, index) => index * LABEL_EVERY_HOURS).map(
    (hour) => element('text', { x: x(hour), y: bottom + 18, 'text-anchor': 'middle' }, `${hour}`),
  );
  const paths = lines.map(({ values }, index) => {
    const points = values.map((value, slot) => `${short(x(((slot + 0.5) * 24) / values.length))},${short(y(value))}`);
    return element('polyline', {
      points: points.join(' '),
      fill: 'none',
      stroke: COLOURS[index % COLOURS.length] ?? '#000',
      'stroke-width': index === 0 ? 2.5 : 1.5,
    });
  });
  const peaks = lines.map((line) => `${line.title}: up to ${readable(Math.max(...line.values))}`);
  return svg({
    title,
    description: `${unit}, over the hours of a day (UTC). ${peaks.join('; ')}.`,
    widthPx: WIDTH_PX,
    heightPx: HEIGHT_PX,
    body: [
      element('text', { x: left, y: 20, 'font-size': 14, 'font-weight': 'bold' }, title),
      ...legend(lines),
      ...grid,
      ...hours,
      element('text', { x: right, y: HEIGHT_PX - 6, 'text-anchor': 'end' }, `${unit}; hour of the day, UTC`),
      ...paths,
    ],
  });
}

function legend(lines: readonly Line[]): readonly string[] {
  return lines.flatMap(({ title }, index) => {
    const x = left + (index % LEGEND_COLUMNS) * LEGEND_COLUMN_PX;
    const y = 38 + Math.floor(index / LEGEND_COLUMNS) * 16;
    const stroke = COLOURS[index % COLOURS.length] ?? '#000';
    return [
      element('line', { x1: x, x2: x + 18, y1: y - 4, y2: y - 4, stroke, 'stroke-width': 3 }),
      element('text', { x: x + 24, y }, title),
    ];
  });
}
