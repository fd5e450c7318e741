import { describe, expect, test } from 'vitest';
import { createCell, enter, openMeeting, type Cell } from '../cell.js';
import { createFleet } from '../fleet/fleet.js';
import { createRandom } from '../random.js';
import { createWorkload } from '../workload/workload.js';
import { LEAST_LOADED, RANDOM, REGION_CAP, TWO_CHOICES } from './baselines.js';
import type { Policy } from './policy.js';

const workload = createWorkload({ seed: 1, peakMeetings: 20 });
const CORE = 1_000;

/** Nodes of the first region with so much CPU each, and a free one in the second; all have reported. */
function aCell(cpu: readonly number[], policy: Policy): Cell {
  const fleet = createFleet({ sizes: [cpu.length, 1], reportMs: policy.reportMs, packetsPerSecondOfCore: CORE });
  fleet.states.forEach((_, node) => fleet.setState(node, 'Serving'));
  cpu.forEach((share, node) => (fleet.packetsPerSecond[node] = share * CORE));
  return { ...createCell(workload, fleet), nowMs: 60_000 };
}

function place(policy: Policy, cpu: readonly number[], times = 1): (number | undefined)[] {
  const cell = aCell(cpu, policy);
  const placer = policy.start(cell, createRandom(1));
  return Array.from({ length: times }, (_, id) => placer.place(openMeeting(cell, id), { participant: id, region: 0 }));
}

describe('which node a meeting begins on', () => {
  test('random: any', () => {
    expect(new Set(place(RANDOM, [0.1, 0.2, 0.3], 100))).toEqual(new Set([0, 1, 2]));
  });
  test('least loaded: always the same until it reports', () => {
    expect(new Set(place(LEAST_LOADED, [0.5, 0.2, 0.3], 100))).toEqual(new Set([1]));
  });
  test('two choices: never the most loaded of three, unless drawn twice', () => {
    const counts = [0, 0, 0];
    for (const node of place(TWO_CHOICES, [0.1, 0.2, 0.3], 900))
      counts[node as number] = (counts[node as number] ?? 0) + 1;
    const [low, middle, high] = counts as [number, number, number];
    expect(low).toBeGreaterThan(middle);
    expect(high / 900).toBeLessThan(0.2);
  });
  test('two choices: above the limit only when all are', () => {
    expect(new Set(place(TWO_CHOICES, [0.95, 0.3, 0.99], 50))).toEqual(new Set([1]));
    expect(place(TWO_CHOICES, [0.95, 0.96])).not.toContain(undefined);
  });
  test('region with cap: counts those whom it has sent there as stress', () => {
    const sent = place(REGION_CAP, [0.5, 0.51], 10);
    expect(sent.slice(0, 2)).toEqual([0, 0]);
    expect(new Set(sent)).toEqual(new Set([0, 1]));
  });
});

describe('where a meeting goes on', () => {
  const join = (policy: Policy, cpu: readonly number[], people: number, region = 0): number | undefined => {
    const cell = aCell(cpu, policy);
    const placer = policy.start(cell, createRandom(1));
    const meeting = openMeeting(cell, 0);
    for (let participant = 0; participant < people; participant += 1) enter(cell, meeting, 0, 0);
    cpu.forEach((share, node) => (cell.fleet.packetsPerSecond[node] = share * CORE));
    cell.nowMs += 60_000;
    return placer.place(meeting, { participant: people, region });
  };
  test.each([RANDOM, LEAST_LOADED, TWO_CHOICES, REGION_CAP])('$name: on its node while that has room', (policy) => {
    expect(join(policy, [0.7, 0], 3)).toBe(0);
  });
  test.each([LEAST_LOADED, TWO_CHOICES, REGION_CAP])('$name: on another when its node is full', (policy) => {
    expect(join(policy, [0.95, 0], 3)).toBe(1);
  });
  test.each([RANDOM, LEAST_LOADED, TWO_CHOICES, REGION_CAP])('$name: on its node when all are full', (policy) => {
    expect(join(policy, [0.95, 0.97], 3)).toBe(0);
  });
  test.each([RANDOM, LEAST_LOADED, TWO_CHOICES, REGION_CAP])('$name: in the participant’s region', (policy) => {
    expect(join(policy, [0.2, 0], 3, 1)).toBe(2);
  });
  test('region with cap: 80 people of a meeting are enough for a node', () => {
    expect(join(REGION_CAP, [0.1, 0.2], 79)).toBe(0);
    expect(join(REGION_CAP, [0.1, 0.2], 80)).toBe(1);
  });
});
