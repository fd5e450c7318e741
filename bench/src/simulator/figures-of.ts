/** The figures that have goals, from what came out. */
import type { Figures } from '../report/figures.js';
import { percentileOf } from './durations.js';
import type { DayResult } from './measurement.js';

export const OURS = 'parley';

export const GOALS: Readonly<Record<string, string>> = {
  hotRatioToBestBaseline: '>= 2.5',
  relayRatioToBestBaseline: '<= 1',
  decisionP99Ms: '< 1',
};

export function figuresOf(days: readonly DayResult[]): Figures {
  const ours = days.find(({ policy }) => policy === OURS);
  const best = days
    .filter(({ policy }) => policy !== OURS)
    .toSorted((a, b) => a.totals.hotPersonHours - b.totals.hotPersonHours)[0];
  if (ours === undefined || best === undefined) throw new Error('nothing to compare');
  return {
    hotRatioToBestBaseline: best.totals.hotPersonHours / Math.max(ours.totals.hotPersonHours, 1e-6),
    relayRatioToBestBaseline: ours.totals.relayGigabits / best.totals.relayGigabits,
    decisionP50Ms: percentileOf(ours.durations, 0.5),
    decisionP99Ms: percentileOf(ours.durations, 0.99),
  };
}
