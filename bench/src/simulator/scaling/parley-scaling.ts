/** The operator's own planScaling, with the CRD's defaults: media load, headroom, and what scheduled meetings will bring. */
import { NO_LOAD } from '@parley/operator/core/load/load.js';
import type { NodeLoadFacts } from '@parley/operator/core/scaling/media-load.js';
import { planScaling, type ScalingMemory } from '@parley/operator/core/scaling/plan.js';
import type { MeetingAhead } from '@parley/operator/core/scaling/scheduled-meetings.js';
import type { Scaling } from '@parley/operator/core/scaling/signal.js';
import type { Cell } from '../cell.js';
import { NODE_CAPACITY, START_UP_MS } from '../fleet/node-shape.js';
import { HOUR_MS, REGIONS } from '../workload/parameters.js';
import { FEWEST_NODES, type RegionScaler, type Scaler } from './scaler.js';

const SPEC: Scaling = {
  min: FEWEST_NODES,
  max: 1_000,
  targetUtilizationPercent: 80,
  headroom: { percent: 20 },
  startupSeconds: START_UP_MS / 1_000,
  stabilizationSeconds: 300,
  rates: { down: { nodes: 1, percent: 10, periodSeconds: 60 } },
};
/** After its start a meeting's people are awaited for so long (core/scaling/scheduled-meetings.ts). */
const AWAITED_MS = HOUR_MS / 4;

export const PARLEY_SCALING: Scaler = { name: 'parley', title: 'Parley', migrates: true, start: startScaler };

function startScaler(cell: Cell): RegionScaler {
  const memories = new Map<number, ScalingMemory>();
  const ahead = createAhead(cell);
  return {
    desired: (region, current) => {
      const { desired, memory } = planScaling({
        spec: SPEC,
        capacity: NODE_CAPACITY,
        nodes: factsOf(cell, region),
        meetings: ahead(),
        answers: new Map(),
        current,
        memory: memories.get(region),
        nowMs: cell.nowMs,
      });
      memories.set(region, memory);
      return desired;
    },
  };
}

function factsOf({ fleet, nowMs }: Cell, region: number): readonly NodeLoadFacts[] {
  const { reported, states, regions } = fleet;
  return states.flatMap((state, node): NodeLoadFacts[] => {
    if (regions[node] !== region || (state !== 'Serving' && state !== 'Closing')) return [];
    const load = {
      ...NO_LOAD,
      participants: reported.people(node, nowMs),
      consumers: reported.consumers(node, nowMs),
      packetsPerSecond: reported.packetsPerSecond(node, nowMs),
    };
    return [{ load, busiestWorkers: reported.cpu(node, nowMs) }];
  });
}

/** Scheduled meetings about now. They name no pool, so each pool awaits its part of them. */
function createAhead(cell: Cell): () => readonly MeetingAhead[] {
  const { scheduledMs, announced, count } = cell.workload.meetings;
  const inOrder = Array.from({ length: count }, (_, id) => id)
    .filter((id) => (announced[id] as number) > 0)
    .toSorted((a, b) => (scheduledMs[a] as number) - (scheduledMs[b] as number));
  let first = 0;
  return () => {
    const startOf = (index: number): number => scheduledMs[inOrder[index] as number] as number;
    while (first < inOrder.length && startOf(first) + AWAITED_MS <= cell.nowMs) first += 1;
    const meetings: MeetingAhead[] = [];
    for (let index = first; index < inOrder.length && startOf(index) - START_UP_MS <= cell.nowMs; index += 1) {
      const id = inOrder[index] as number;
      const expected = Math.ceil((announced[id] as number) / REGIONS.length);
      const present = Math.ceil((cell.meetings.get(id)?.people ?? 0) / REGIONS.length);
      meetings.push({ startMs: startOf(index), endMs: startOf(index) + HOUR_MS, expected, present });
    }
    return meetings;
  };
}
