import { describe, expect, test } from 'vitest';
import { NO_LOAD } from '../load/load.js';
import type { PlacementNode } from '../placement/candidate.js';
import { aMeetingSpec, aMeetingWorld, aNode } from '../testing/builders.js';
import { planMeeting, type MeetingPlan, type MeetingWorld } from './plan.js';

const capacity = { participants: 200, consumers: 10_000, packetsPerSecond: 60_000, bytesPerSecond: Infinity };

function used(
  name: string,
  utilization: number,
  node: Partial<Pick<PlacementNode, 'region' | 'pool'>> = {},
): PlacementNode {
  const current = { ...NO_LOAD, packetsPerSecond: utilization * capacity.packetsPerSecond };
  return { ...aNode(name), ...node, capacity, load: { current, expected: NO_LOAD, workerCpu: 0, newJoins: 0 } };
}

interface Scene {
  readonly nodes: readonly PlacementNode[];
  readonly people: Readonly<Record<string, number>>;
  readonly reliefs?: Readonly<Record<string, number>>;
}

/** On the first node to begin with, as many people of it as are said, and planned with those reliefs. */
function relieve({ nodes, people, reliefs = { 'eu-0': 0 } }: Scene): MeetingPlan {
  return planMeeting(worldOf({ nodes, people, reliefs }));
}

function worldOf({ nodes, people, reliefs = {} }: Scene): MeetingWorld {
  const spec = aMeetingSpec({ maxParticipants: 100 });
  const first = planMeeting(aMeetingWorld({ spec, nodes: nodes.slice(0, 1).map(emptied) }));
  return aMeetingWorld({
    spec,
    nodes,
    previous: first.topology,
    participants: new Map(Object.entries(people)),
    reliefs: new Map(Object.entries(reliefs).map(([node, staying]) => [node, { staying, costScale: 1 }])),
  });
}

const emptied = ({ name }: PlacementNode): PlacementNode => used(name, 0);
const draining = ({ topology }: MeetingPlan) =>
  topology.placements.filter((placement) => placement.draining).map(({ node, staying }) => [node, staying]);

describe('a meeting on a node that carries too much', () => {
  test('goes to one that stays below the target with it, as soon as it is told to', () => {
    const plan = relieve({
      nodes: [used('eu-0', 0.95), used('eu-1', 0.75), used('eu-2', 0.3)],
      people: { 'eu-0': 12 },
    });
    expect(plan.actions).toEqual([
      { type: 'AddPlacement', node: 'eu-2', reason: 'RelievesNode' },
      { type: 'DrainPlacement', node: 'eu-0', reason: 'Relieving' },
    ]);
    expect(draining(plan)).toEqual([['eu-0', 0]]);
  });

  test('stays where no node takes it without becoming the next one', () => {
    const plan = relieve({ nodes: [used('eu-0', 0.95), used('eu-1', 0.75)], people: { 'eu-0': 12 } });
    expect(plan).toMatchObject({ changed: false, actions: [] });
  });

  test('is told by what its people are measured to cost', () => {
    const nodes = [used('eu-0', 0.95), used('eu-1', 0.7)];
    const world = worldOf({ nodes, people: { 'eu-0': 12 } });
    const planned = (costScale: number) =>
      planMeeting({ ...world, reliefs: new Map([['eu-0', { staying: 0, costScale }]]) }).actions.length;
    expect([planned(1), planned(0.1)]).toEqual([0, 2]);
  });

  test('leaves nobody of another region’s node in its place', () => {
    const nodes = [used('eu-0', 0.95), used('us-0', 0, { region: 'us', pool: 'us' })];
    expect(relieve({ nodes, people: { 'eu-0': 12 } }).changed).toBe(false);
  });

  test('is off it when the last has moved', () => {
    const nodes = [used('eu-0', 0.95), used('eu-1', 0.3)];
    const moving = relieve({ nodes, people: { 'eu-0': 12 } });
    const world = worldOf({ nodes, people: { 'eu-1': 12 }, reliefs: { 'eu-0': 0 } });
    const plan = planMeeting({ ...world, previous: moving.topology });
    expect(plan.actions).toEqual([{ type: 'RemovePlacement', node: 'eu-0', reason: 'Relieved' }]);
    expect(plan.topology.placements.map(({ node }) => node)).toEqual(['eu-1']);
  });

  test('leaves it by a part, which then may not grow again by itself', () => {
    const nodes = [used('eu-0', 1), used('eu-1', 0.3)];
    const moving = relieve({ nodes, people: { 'eu-0': 40 }, reliefs: { 'eu-0': 30 } });
    expect(draining(moving)).toEqual([['eu-0', 30]]);
    const world = worldOf({ nodes, people: { 'eu-0': 30, 'eu-1': 10 }, reliefs: { 'eu-0': 30 } });
    const moved = planMeeting({ ...world, previous: moving.topology });
    expect(draining(moved)).toEqual([]);
    const later = planMeeting({ ...world, previous: moved.topology, reliefs: new Map() });
    expect(later.topology.placements[0]).toMatchObject({ node: 'eu-0', participantLimit: 30, draining: false });
  });

  test('is no longer asked to go when that is given up', () => {
    const nodes = [used('eu-0', 0.95), used('eu-1', 0.3)];
    const moving = relieve({ nodes, people: { 'eu-0': 12 } });
    const world = worldOf({ nodes, people: { 'eu-0': 5, 'eu-1': 7 } });
    expect(draining(planMeeting({ ...world, previous: moving.topology }))).toEqual([]);
  });

  test('goes on moving though others have taken the room meanwhile', () => {
    const nodes = [used('eu-0', 0.95), used('eu-1', 0.3)];
    const moving = relieve({ nodes, people: { 'eu-0': 12 } });
    const filled = worldOf({ nodes: [used('eu-0', 0.95), used('eu-1', 0.85)], people: { 'eu-0': 5, 'eu-1': 7 } });
    const reliefs = new Map([['eu-0', { staying: 0, costScale: 1 }]]);
    expect(draining(planMeeting({ ...filled, reliefs, previous: moving.topology }))).toEqual([['eu-0', 0]]);
  });

  test.each([0, 30])('planned again with what was planned, %i of it staying, nothing changes', (staying) => {
    const nodes = [used('eu-0', 1), used('eu-1', 0.3)];
    const people = { 'eu-0': 40 };
    const { topology } = relieve({ nodes, people, reliefs: { 'eu-0': staying } });
    const world = worldOf({ nodes, people, reliefs: { 'eu-0': staying } });
    expect(planMeeting({ ...world, previous: topology })).toMatchObject({ changed: false, actions: [], topology });
  });
});
