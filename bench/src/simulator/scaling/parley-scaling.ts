/** The operator's own planScaling, with the CRD's defaults: media load, headroom, and what scheduled meetings will bring. */
import { addLoad, costScaleOf, NO_LOAD } from '@parley/operator/core/load/load.js';
import { loadOfShare } from '@parley/operator/core/load/meeting-load.js';
import type { NodeLoadFacts } from '@parley/operator/core/scaling/media-load.js';
import { planScaling, type ScalingMemory } from '@parley/operator/core/scaling/plan.js';
import { shareOfPool, type MeetingAhead } from '@parley/operator/core/scaling/scheduled-meetings.js';
import type { Scaling } from '@parley/operator/core/scaling/signal.js';
import type { Cell } from '../cell.js';
import { NODE_CAPACITY, START_UP_MS } from '../fleet/node-shape.js';
import { HOUR_MS, REGIONS } from '../workload/parameters.js';
import { FEWEST_NODES, type RegionScaler, type Scaler } from './scaler.js';

const SPEC: Scaling = {
  min: FEWEST_NODES,
  max: 1_000,
  targetUtilizationPercent: 85,
  headroom: { percent: 10 },
  startupSeconds: START_UP_MS / 1_000,
  stabilizationSeconds: 60,
  rates: { down: { nodes: 1, percent: 20, periodSeconds: 60 } },
};
/** From so long before its begin to so long after it a meeting's people are awaited. */
const AHEAD_MS = HOUR_MS / 4;

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
        meetings: ahead(region),
        costScale: measuredCost(cell, region),
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

/** Scheduled meetings about now, as the operator shares out their people: to where they are, else to where people are now. */
function createAhead(cell: Cell): (region: number) => readonly MeetingAhead[] {
  const { scheduledMs, announced, count } = cell.workload.meetings;
  const inOrder = Array.from({ length: count }, (_, id) => id)
    .filter((id) => (announced[id] as number) > 0)
    .toSorted((a, b) => (scheduledMs[a] as number) - (scheduledMs[b] as number));
  const startOf = (index: number): number => scheduledMs[inOrder[index] as number] as number;
  let first = 0;
  return (region) => {
    while (first < inOrder.length && startOf(first) + AHEAD_MS <= cell.nowMs) first += 1;
    const people = peopleByRegion(cell);
    const meetings: MeetingAhead[] = [];
    for (let index = first; index < inOrder.length && startOf(index) - AHEAD_MS <= cell.nowMs; index += 1) {
      const id = inOrder[index] as number;
      const startMs = startOf(index);
      const parts = (cell.meetings.get(id)?.parts ?? []).map((part) => ({
        pool: nameOf(cell.fleet.regions[part.node] as number),
        people: part.people,
      }));
      const pools = new Set(parts.map(({ pool }) => pool));
      const share = shareOfPool(nameOf(region), { pools, peopleByPool: () => people });
      const present = parts.reduce((sum, part) => sum + (part.pool === nameOf(region) ? part.people : 0), 0);
      const expected = Math.ceil((announced[id] as number) * share);
      meetings.push({ startMs, endMs: startMs + HOUR_MS, expected, present });
    }
    return meetings;
  };
}

/** A region is a pool here, and called like it. */
function peopleByRegion({ fleet }: Cell): ReadonlyMap<string, number> {
  const people = REGIONS.map(() => 0);
  fleet.people.forEach((count, node) => {
    const region = fleet.regions[node] as number;
    people[region] = (people[region] as number) + count;
  });
  return new Map(people.map((count, region) => [nameOf(region), count]));
}

function nameOf(region: number): string {
  return REGIONS[region]?.name ?? '';
}

/** What people of a region cost, to what was foreseen: the operator keeps these sums, too. */
function measuredCost(cell: Cell, region: number): number {
  let foreseen = NO_LOAD;
  for (const { parts, people } of cell.meetings.values())
    for (const part of parts)
      if (cell.fleet.regions[part.node] === region)
        foreseen = addLoad(foreseen, loadOfShare({ local: part.people, total: people }));
  const reported = factsOf(cell, region).reduce((sum, facts) => addLoad(sum, facts?.load ?? NO_LOAD), NO_LOAD);
  return costScaleOf(reported, foreseen);
}
