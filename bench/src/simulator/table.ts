/** What came out, as a Markdown table: a row for each policy. */
import { percentileOf } from './durations.js';
import type { DayResult, DayTotals } from './measurement.js';
import { POLICIES, SCALERS } from './cell-days.js';
import { readable } from './plot/svg.js';

const HEAD = [
  'policy',
  'person-hours on hot nodes',
  'of all',
  'nodes, mean / peak',
  'relays, mean Gbit/s',
  'hops',
  'moved off nodes that go / that carry too much',
  'joins that waited',
  'decision p50 / p99, ms',
];

export function tableOf(days: readonly DayResult[]): string {
  const rows = days.map((day) => [titleOf(day.policy), ...cellsOf(day.totals), decisionOf(day)]);
  return [HEAD, HEAD.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

export function titleOf(name: string): string {
  return [...POLICIES, ...SCALERS].find((policy) => policy.name === name)?.title ?? name;
}

export function meanRelayGigabits({ relayGigabits }: DayTotals): number {
  return relayGigabits / (24 * 3_600);
}

function cellsOf(totals: DayTotals): readonly string[] {
  return [
    readable(totals.hotPersonHours),
    `${readable((100 * totals.hotPersonHours) / totals.personHours)} %`,
    `${readable(totals.nodeHours / 24)} / ${readable(totals.peakNodes)}`,
    readable(meanRelayGigabits(totals)),
    readable(totals.hops),
    `${readable(totals.drained)} / ${readable(totals.relieved)}`,
    readable(totals.waitedJoins),
  ];
}

function decisionOf({ durations }: DayResult): string {
  return `${readable(percentileOf(durations, 0.5))} / ${readable(percentileOf(durations, 0.99))}`;
}
