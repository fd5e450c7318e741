/** The figures that have goals, from what came out. */
import type { Figures } from '../report/figures.js';
import { percentileOf } from './durations.js';
import type { DayResult } from './measurement.js';
import { CPU_HPA } from './scaling/hpa.js';

export const OURS = 'parley';

export const GOALS: Readonly<Record<string, string>> = {
  hotRatioToBestBaseline: '>= 2.5',
  relayRatioToBestBaseline: '<= 1',
  nodeHoursSavedVsCpuHpa: '>= 0.4',
  moreWaitingJoinsThanCpuHpa: '<= 0',
  decisionP99Ms: '< 1',
};

/** @param scaled under Parley's policy; the autoscaler without Parley's drain is what it is compared with. */
export function figuresOf(days: readonly DayResult[], scaled: readonly DayResult[]): Figures {
  const scaling = scaled.find(({ policy }) => policy === OURS);
  const hpa = scaled.find(({ policy }) => policy === CPU_HPA.name);
  const ours = days.find(({ policy }) => policy === OURS);
  const best = days
    .filter(({ policy }) => policy !== OURS)
    .toSorted((a, b) => a.totals.hotPersonHours - b.totals.hotPersonHours)[0];
  if (ours === undefined || best === undefined || scaling === undefined || hpa === undefined)
    throw new Error('nothing to compare');
  return {
    hotRatioToBestBaseline: best.totals.hotPersonHours / Math.max(ours.totals.hotPersonHours, 1e-6),
    relayRatioToBestBaseline: ours.totals.relayGigabits / best.totals.relayGigabits,
    nodeHoursSavedVsCpuHpa: 1 - scaling.totals.nodeHours / hpa.totals.nodeHours,
    moreWaitingJoinsThanCpuHpa: scaling.totals.waitedJoins - hpa.totals.waitedJoins,
    decisionP50Ms: percentileOf(ours.durations, 0.5),
    decisionP99Ms: percentileOf(ours.durations, 0.99),
  };
}
