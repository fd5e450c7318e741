/** All that is simulated of one cell: its workload once, and a day under each policy and each way of scaling. */
import type { DayResult } from './measurement.js';
import { BASELINES } from './policy/baselines.js';
import { PARLEY } from './policy/parley.js';
import type { Policy } from './policy/policy.js';
import { nodesFor } from './provision.js';
import { CPU_HPA, CPU_HPA_WITH_DRAIN } from './scaling/hpa.js';
import { PARLEY_SCALING } from './scaling/parley-scaling.js';
import type { Scaler } from './scaling/scaler.js';
import { LEAST_UTILIZATION, PEAK_UTILIZATION, type Scale } from './scales.js';
import { simulateDay } from './simulate.js';
import { createWorkload } from './workload/workload.js';

export const POLICIES: readonly Policy[] = [PARLEY, ...BASELINES];

/** Ours first. */
export const SCALERS: readonly Scaler[] = [PARLEY_SCALING, CPU_HPA, CPU_HPA_WITH_DRAIN];

export interface CellShape extends Pick<Scale, 'peakMeetings'> {
  readonly seed: number;
}

export interface CellDays {
  /** The same nodes all day, under each of POLICIES. */
  readonly placed: readonly DayResult[];
  /** Parley's policy, with as many nodes as each of SCALERS says. */
  readonly scaled: readonly DayResult[];
}

export function simulateCell({ seed, peakMeetings }: CellShape): CellDays {
  const workload = createWorkload({ seed, peakMeetings });
  const nodes = nodesFor(workload, PEAK_UTILIZATION);
  const mostNodes = nodesFor(workload, LEAST_UTILIZATION);
  return {
    placed: POLICIES.map((policy) => simulateDay({ seed, workload, policy, nodes })),
    scaled: SCALERS.map((scaler) => simulateDay({ seed, workload, policy: PARLEY, nodes: mostNodes, scaler })),
  };
}
