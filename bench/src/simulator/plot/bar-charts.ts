/** One figure of each policy, as bars; several such figures below each other. */
import { COLOURS, element, readable, roundUp, svg } from './svg.js';

export interface BarChart {
  readonly title: string;
  readonly bars: readonly { readonly title: string; readonly value: number }[];
}

const WIDTH_PX = 760;
const LABEL_PX = 230;
const VALUE_PX = 80;
const ROW_PX = 20;
const HEAD_PX = 34;

export function drawBarCharts(title: string, charts: readonly BarChart[]): string {
  let y = 30;
  const body = [element('text', { x: 16, y: 20, 'font-size': 14, 'font-weight': 'bold' }, title)];
  for (const chart of charts) {
    const most = roundUp(Math.max(...chart.bars.map(({ value }) => value)));
    body.push(element('text', { x: 16, y: y + 22 }, chart.title));
    y += HEAD_PX;
    for (const [index, { title: label, value }] of chart.bars.entries()) {
      const width = ((WIDTH_PX - LABEL_PX - VALUE_PX) * value) / most;
      body.push(
        element('text', { x: LABEL_PX - 8, y: y + 12, 'text-anchor': 'end' }, label),
        element('rect', { x: LABEL_PX, y, width, height: ROW_PX - 6, fill: COLOURS[index % COLOURS.length] ?? '#000' }),
        element('text', { x: LABEL_PX + width + 6, y: y + 12 }, readable(value)),
      );
      y += ROW_PX;
    }
  }
  const described = charts.map(
    (chart) => `${chart.title}: ${chart.bars.map((bar) => `${bar.title} ${readable(bar.value)}`).join(', ')}`,
  );
  return svg({ title, description: `${described.join('. ')}.`, widthPx: WIDTH_PX, heightPx: y + 12, body });
}
