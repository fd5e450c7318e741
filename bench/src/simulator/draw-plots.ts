/** The plots of docs/simulator.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { percentileOf } from './durations.js';
import type { DayResult, DaySeries } from './measurement.js';
import { drawBarCharts, type BarChart } from './plot/bar-charts.js';
import { drawLineChart } from './plot/line-chart.js';
import { meanRelayGigabits, titleOf } from './table.js';

const folder = fileURLToPath(new URL('../../../docs/images/simulator', import.meta.url));

export function drawPlots(days: readonly DayResult[], scaled: readonly DayResult[]): void {
  mkdirSync(folder, { recursive: true });
  const draw = (file: string, picture: string): void => {
    writeFileSync(`${folder}/${file}.svg`, picture);
  };
  draw('hot-participants', lineChart(days, 'Participants on hot nodes', 'hotPeople', 'participants'));
  draw('relays', lineChart(days, 'What crosses relays', 'relayMegabits', 'Mbit/s'));
  draw('nodes', lineChart(scaled, 'Nodes', 'nodes', 'nodes'));
  draw('totals', drawBarCharts('A day under each policy, with the same nodes', barCharts(days)));
  draw('scaling', drawBarCharts('A day with each way of scaling', [...nodeCharts(scaled), ...barCharts(scaled)]));
}

function lineChart(days: readonly DayResult[], title: string, series: keyof DaySeries, unit: string): string {
  const lines = days.map((day) => ({ title: titleOf(day.policy), values: day.series[series] }));
  return drawLineChart({ title, unit, lines });
}

function barCharts(days: readonly DayResult[]): readonly BarChart[] {
  const chart = chartOf(days);
  return [
    chart(
      'Participants on hot nodes, percent of all',
      ({ totals }) => (100 * totals.hotPersonHours) / totals.personHours,
    ),
    chart('Relays, mean Gbit/s', ({ totals }) => meanRelayGigabits(totals)),
    chart('Most relays between two people of a meeting, mean', ({ totals }) => totals.hops),
    chart('People moved to other nodes', ({ totals }) => totals.drained + totals.relieved),
    chart('Joins that waited', ({ totals }) => totals.waitedJoins),
    chart('A decision, 99th percentile, ms', ({ durations }) => percentileOf(durations, 0.99)),
  ];
}

function nodeCharts(days: readonly DayResult[]): readonly BarChart[] {
  const chart = chartOf(days);
  return [
    chart('Nodes, mean', ({ totals }) => totals.nodeHours / 24),
    chart('Nodes at the peak', ({ totals }) => totals.peakNodes),
  ];
}

function chartOf(days: readonly DayResult[]): (title: string, valueOf: (day: DayResult) => number) => BarChart {
  return (title, valueOf) => ({
    title,
    bars: days.map((day) => ({ title: titleOf(day.policy), value: valueOf(day) })),
  });
}
