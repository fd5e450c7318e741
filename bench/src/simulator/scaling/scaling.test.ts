import { describe, expect, test } from 'vitest';
import { createCell } from '../cell.js';
import { createFleet } from '../fleet/fleet.js';
import { PACKETS_PER_SECOND_OF_CORE, START_UP_MS } from '../fleet/node-shape.js';
import { LEAST_LOADED } from '../policy/baselines.js';
import { PARLEY } from '../policy/parley.js';
import { nodesFor } from '../provision.js';
import { simulateDay } from '../simulate.js';
import { MINUTE_MS } from '../workload/parameters.js';
import { createWorkload } from '../workload/workload.js';
import { scaleRegions } from './control.js';
import { CPU_HPA, CPU_HPA_WITH_DRAIN, wishOf } from './hpa.js';
import { PARLEY_SCALING } from './parley-scaling.js';

const workload = createWorkload({ seed: 4, peakMeetings: 15 });

/** One region with so many nodes, of which the first serve with this CPU. */
function aRegion(size: number, cpu: readonly number[]) {
  const fleet = createFleet({ sizes: [size], reportMs: 500, packetsPerSecondOfCore: PACKETS_PER_SECOND_OF_CORE });
  cpu.forEach((share, node) => {
    fleet.setState(node, 'Serving');
    fleet.packetsPerSecond[node] = share * PACKETS_PER_SECOND_OF_CORE;
    fleet.people[node] = 10 * (node + 1);
  });
  return { ...createCell(workload, fleet), nowMs: 10_000 };
}

test.each([
  ['a tenth off the target is left', 10, 0.64, 10],
  ['above it, more', 10, 0.9, 15],
  ['below it, fewer', 10, 0.3, 5],
])('the CPU autoscaler: %s', (_, current, cpu, wish) => {
  expect(wishOf(current, cpu)).toBe(wish);
});

describe('the CPU autoscaler', () => {
  test('goes up at once, by the double at most', () => {
    const cell = aRegion(20, [1.5, 1.5, 1.5, 1.5, 1.5, 1.5]);
    expect(CPU_HPA.start(cell).desired(0, 6)).toBe(12);
  });
  test('goes down to the most of the last five minutes', () => {
    const cell = aRegion(20, [0.6, 0.6, 0.6, 0.6]);
    const scaler = CPU_HPA.start(cell);
    expect(scaler.desired(0, 4)).toBe(4);
    cell.fleet.packetsPerSecond.fill(0);
    cell.nowMs += 200_000;
    expect(scaler.desired(0, 4)).toBe(4);
    cell.nowMs += 200_000;
    expect(scaler.desired(0, 4)).toBe(2);
  });
});

test('Parley’s scaling wishes what the load needs at 85 %, and a tenth more', () => {
  const cell = aRegion(20, [0.8, 0.8, 0.8, 0.8]);
  expect(PARLEY_SCALING.start({ ...cell, nowMs: 20 * MINUTE_MS }).desired(0, 4)).toBe(6);
});

describe('a region', () => {
  const scaleTo = (cell: ReturnType<typeof aRegion>, desired: number) => {
    const starting = new Map<number, number>();
    scaleRegions({ cell, scaler: { desired: () => desired }, starting, nodeChanged: () => undefined });
    return starting;
  };
  test('starts nodes, which serve later', () => {
    const cell = aRegion(5, [0.5, 0.5]);
    const starting = scaleTo(cell, 4);
    expect([...starting.values()]).toEqual([10_000 + START_UP_MS, 10_000 + START_UP_MS]);
    expect(cell.fleet.states).toEqual(['Serving', 'Serving', 'Starting', 'Starting', 'Absent']);
  });
  test('closes those with the fewest people, which go when they are empty, and are taken back first', () => {
    const cell = aRegion(3, [0.5, 0.5, 0.5]);
    scaleTo(cell, 1);
    expect(cell.fleet.states).toEqual(['Closing', 'Closing', 'Serving']);
    cell.fleet.people[0] = 0;
    scaleTo(cell, 2);
    expect(cell.fleet.states).toEqual(['Absent', 'Serving', 'Serving']);
  });
});

describe('a day with scaling', { timeout: 60_000 }, () => {
  const nodes = nodesFor(workload, 0.25);
  const day = (scaler: typeof CPU_HPA) => simulateDay({ seed: 4, workload, policy: PARLEY, nodes, scaler }).totals;
  const fixed = simulateDay({ seed: 4, workload, policy: LEAST_LOADED, nodes }).totals;
  test.each([PARLEY_SCALING, CPU_HPA, CPU_HPA_WITH_DRAIN])(
    '$name: fewer node-hours, and nobody gets lost',
    (scaler) => {
      const totals = day(scaler);
      expect(totals.nodeHours).toBeLessThan(fixed.nodeHours);
      expect(totals.joins).toBe(fixed.joins);
      const waitedHours = totals.waitedMs / 3_600_000;
      expect(totals.personHours + waitedHours).toBeCloseTo(fixed.personHours, 0);
      if (!scaler.migrates) expect(totals.drained).toBe(0);
    },
  );
});
