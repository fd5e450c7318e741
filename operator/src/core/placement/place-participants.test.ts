import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aNode } from '../testing/builders.js';
import type { PlacementNode } from './candidate.js';
import { createFleet } from './fleet.js';
import {
  MAX_MEETING_NODES,
  planPlacement,
  type MeetingNode,
  type PlacementRequest,
  type PlacementWorld,
} from './place-participants.js';
import { reserve } from './reservations.js';

type Shape = Partial<Omit<PlacementWorld, 'nodes'>> & { readonly nodes?: readonly PlacementNode[] };

/** So many of the meeting's people are there, of so many that it takes. */
const on = (node: string, participants: number, participantLimit = 100): MeetingNode => ({
  node,
  participantLimit,
  participants,
  viewersOnly: false,
});
const world = ({ nodes = [aNode('eu-0'), aNode('eu-1'), aNode('us-0')], ...part }: Shape = {}): PlacementWorld => ({
  nodes: createFleet(nodes),
  pools: [],
  meetingNodes: [on('eu-0', 5)],
  reservations: new Map(),
  maxParticipants: 100,
  expectedParticipants: 10,
  ...part,
});
const ask = (part: Partial<PlacementRequest> = {}): PlacementRequest => ({
  participantIds: ['p'],
  region: 'eu',
  avoidNodes: [],
  viewers: false,
  ...part,
});
const placed = (plan: ReturnType<typeof planPlacement>): string[] => {
  if (plan.kind === 'Refused') return [plan.reason];
  const raised = [...plan.raisedLimits].map(([node, limit]) => `${node} to ${String(limit)}`);
  return [...plan.participants.map(({ node, reason }) => `${node} ${reason}`), ...raised];
};
/** Above the target, and not full. */
const busy = (name: string): PlacementNode => aNode(name, { consumers: 8_500 });

describe('planPlacement', () => {
  const kept = reserve(new Map(), new Map([['p', 'us-0']]), 0);
  const onBoth = [on('eu-0', 5), on('us-0', 5)];
  test.each<[string, Shape, Partial<PlacementRequest>, string[]]>([
    [
      'who was placed keeps the node, whatever the region',
      { meetingNodes: onBoth, reservations: kept },
      {},
      ['us-0 KeptOnNode'],
    ],
    [
      'unless it is to be avoided',
      { meetingNodes: onBoth, reservations: kept },
      { avoidNodes: ['us-0'] },
      ['eu-0 KeptOnMeetingNode'],
    ],
    ['a node of the meeting in the region comes first', { meetingNodes: onBoth }, {}, ['eu-0 KeptOnMeetingNode']],
    [
      'without a region, the meeting’s fullest',
      { meetingNodes: [...onBoth, on('eu-1', 9)] },
      { region: '' },
      ['eu-1 KeptOnMeetingNode'],
    ],
    ['a new node for a new region', {}, { region: 'us' }, ['us-0 NewNodeInRegion']],
    ['the first node of all', { meetingNodes: [] }, {}, ['eu-0 FirstNode']],
    [
      'spill when the meeting’s share is used up',
      { nodes: [busy('eu-0'), aNode('eu-1')], meetingNodes: [on('eu-0', 5, 5)] },
      {},
      ['eu-1 SpilledToNewNode'],
    ],
    [
      'a share that is used up grows while its node is below the target',
      { meetingNodes: [on('eu-0', 5, 5)] },
      {},
      ['eu-0 KeptOnMeetingNode', 'eu-0 to 7'],
    ],
    [
      'a share that has room comes before one that would have to grow',
      {
        meetingNodes: [on('eu-0', 5, 5), on('eu-1', 1, 5)],
      },
      {},
      ['eu-1 KeptOnMeetingNode'],
    ],
    [
      'no more newcomers at once than its report can be behind by: another node',
      { nodes: [aNode('eu-0', { newJoins: 10 }), aNode('eu-1')] },
      {},
      ['eu-1 SpilledToNewNode'],
    ],
    [
      'a group is spread, too, where it would be too many newcomers for one',
      { nodes: [aNode('eu-0', { newJoins: 9 }), aNode('eu-1')] },
      { participantIds: ['a', 'b'] },
      ['eu-0 KeptOnMeetingNode', 'eu-1 SpilledToNewNode'],
    ],
    [
      'when all have taken as many as they may, it says so: it is over with the next report',
      { nodes: [aNode('eu-0', { newJoins: 10 }), aNode('eu-1', { newJoins: 12 })] },
      {},
      ['TooManyAtOnce'],
    ],
    [
      'spill when the node has people left, but no streams',
      { nodes: [aNode('eu-0', { consumers: 9_995 }), aNode('eu-1')] },
      {},
      ['eu-1 SpilledToNewNode'],
    ],
    [
      'only nodes of its pools',
      { nodes: [aNode('eu-0', { participants: 100 }), aNode('eu-1'), aNode('us-0')], pools: ['us'], meetingNodes: [] },
      {},
      ['us-0 OtherRegion'],
    ],
    [
      'spill when the node is full',
      { nodes: [aNode('eu-0', { participants: 100 }), aNode('eu-1')] },
      {},
      ['eu-1 SpilledToNewNode'],
    ],
    [
      'spill from a closing node',
      { nodes: [aNode('eu-0', { state: 'Closing' }), aNode('eu-1')] },
      {},
      ['eu-1 SpilledToNewNode'],
    ],
    [
      'who was placed on a node that closes since is moved',
      {
        nodes: [aNode('eu-0'), aNode('us-0', { state: 'Closing' })],
        meetingNodes: onBoth,
        reservations: kept,
        maxParticipants: 10,
      },
      {},
      ['eu-0 KeptOnMeetingNode'],
    ],
    [
      'another region when the own is full',
      { nodes: [aNode('eu-0', { participants: 100 }), aNode('us-0')] },
      {},
      ['us-0 OtherRegion'],
    ],
    ['an unknown region is no reason to be refused', {}, { region: 'mars' }, ['eu-0 OtherRegion']],
    ['no node at all', { nodes: [aNode('eu-0', { state: 'Lost' })] }, {}, ['NoNodeReady']],
    ['no room anywhere', { nodes: [aNode('eu-0', { participants: 100 })] }, {}, ['NoCapacity']],
    ['no more than the meeting may have', { maxParticipants: 5 }, {}, ['MeetingFull']],
    [
      'one who must move is counted already',
      { maxParticipants: 10, meetingNodes: onBoth, reservations: kept },
      { avoidNodes: ['us-0'] },
      ['eu-0 KeptOnMeetingNode'],
    ],
    [
      'a group is split where a node ends',
      { nodes: [busy('eu-0'), aNode('eu-1')], meetingNodes: [on('eu-0', 5, 6)] },
      { participantIds: ['a', 'b', 'c'] },
      ['eu-0 KeptOnMeetingNode', 'eu-1 SpilledToNewNode', 'eu-1 KeptOnMeetingNode'],
    ],
    [
      'a group that does not fit whole is refused whole',
      { maxParticipants: 6 },
      { participantIds: ['a', 'b'] },
      ['MeetingFull'],
    ],
  ])('%s', (_, part, request, expected) => {
    expect(placed(planPlacement(world(part), ask(request)))).toEqual(expected);
  });

  test('the meeting is on so many nodes at most', () => {
    const nodes = Array.from({ length: MAX_MEETING_NODES + 1 }, (_, index) => busy(`eu-${String(index)}`));
    const meetingNodes = nodes.slice(0, MAX_MEETING_NODES).map(({ name }) => on(name, 1, 1));
    expect(placed(planPlacement(world({ nodes, meetingNodes }), ask()))).toEqual(['NoCapacity']);
  });

  test('nothing is ever placed beyond a limit, a capacity or the meeting’s maximum', () => {
    const node = fc.record({
      ordinal: fc.nat(5),
      pool: fc.constantFrom('eu', 'us'),
      participants: fc.nat(12),
      capacity: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(node, { selector: ({ pool, ordinal }) => `${pool}-${String(ordinal)}`, maxLength: 8 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom('eu', 'us', ''),
        (shapes, count, maxParticipants, region) => {
          const nodes = shapes.map(({ pool, ordinal, participants, capacity }) =>
            aNode(`${pool}-${String(ordinal)}`, { participants, capacity }),
          );
          const participantIds = Array.from({ length: count }, (_, index) => `p${String(index)}`);
          const plan = planPlacement(
            world({ nodes, meetingNodes: [], maxParticipants }),
            ask({ participantIds, region }),
          );
          if (plan.kind === 'Refused') return;
          expect(count).toBeLessThanOrEqual(maxParticipants);
          for (const { name, load, capacity } of nodes) {
            const here = plan.participants.filter((participant) => participant.node === name).length;
            if (here > 0) expect(load.current.participants + here).toBeLessThanOrEqual(capacity.participants);
          }
          expect(new Set(plan.newNodes)).toEqual(new Set(plan.participants.map((participant) => participant.node)));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('in a webinar', () => {
  const forViewers = (name: string, participants: number, limit = 100): MeetingNode => ({
    ...on(name, participants, limit),
    viewersOnly: true,
  });
  const speaker = ask();
  const viewer = ask({ viewers: true });
  const full = (name: string): PlacementNode => aNode(name, { participants: 100 });

  test.each<[string, Shape, PlacementRequest, object]>([
    [
      'who comes first to an empty one gets a node where speakers can be, though a viewer',
      { meetingNodes: [] },
      viewer,
      { newNodes: ['eu-0'], newViewersNodes: new Set() },
    ],
    [
      'a viewer shares the speakers’ node while that has room',
      {},
      viewer,
      { participants: [{ node: 'eu-0' }], newNodes: [] },
    ],
    [
      'a viewer who finds no room there gets a node for viewers',
      { nodes: [full('eu-0'), aNode('eu-1')] },
      viewer,
      { newNodes: ['eu-1'], newViewersNodes: new Set(['eu-1']) },
    ],
    [
      'viewers leave the speakers’ node to speakers where there is another',
      { meetingNodes: [on('eu-0', 50), forViewers('eu-1', 1)] },
      viewer,
      { participants: [{ node: 'eu-1' }] },
    ],
    [
      'a speaker does not go where only viewers are',
      { meetingNodes: [on('eu-0', 1), forViewers('eu-1', 50)] },
      speaker,
      { participants: [{ node: 'eu-0' }], openedToSpeakers: new Set() },
    ],
    [
      'a speaker who finds no room gets another speakers’ node',
      { nodes: [full('eu-0'), aNode('eu-1'), aNode('eu-2')], meetingNodes: [on('eu-0', 90), forViewers('eu-1', 1)] },
      speaker,
      { newNodes: ['eu-2'], newViewersNodes: new Set(), openedToSpeakers: new Set() },
    ],
    [
      'rather than wait a speaker takes a viewers’ node, which becomes one of the speakers’',
      { nodes: [full('eu-0'), aNode('eu-1')], meetingNodes: [on('eu-0', 90), forViewers('eu-1', 1)] },
      speaker,
      { participants: [{ node: 'eu-1' }], newNodes: [], openedToSpeakers: new Set(['eu-1']) },
    ],
  ])('%s', (_, shape, request, expected) => {
    expect(planPlacement(world(shape), request)).toMatchObject({ kind: 'Placed', ...expected });
  });
});
