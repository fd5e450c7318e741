/** All that is simulated of one cell: its workload once, and a day under each policy. */
import type { DayResult } from './measurement.js';
import { BASELINES } from './policy/baselines.js';
import { PARLEY } from './policy/parley.js';
import type { Policy } from './policy/policy.js';
import { nodesFor } from './provision.js';
import { PEAK_UTILIZATION, type Scale } from './scales.js';
import { simulateDay } from './simulate.js';
import { createWorkload } from './workload/workload.js';

export const POLICIES: readonly Policy[] = [PARLEY, ...BASELINES];

export interface CellShape extends Pick<Scale, 'peakMeetings'> {
  readonly seed: number;
}

/** In the order of POLICIES. */
export function simulateCell({ seed, peakMeetings }: CellShape): readonly DayResult[] {
  const workload = createWorkload({ seed, peakMeetings });
  const nodes = nodesFor(workload, PEAK_UTILIZATION);
  return POLICIES.map((policy) => simulateDay({ seed, workload, policy, nodes }));
}
