import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aNode } from '../testing/builders.js';
import { MAX_MEETING_NODES, planPlacement, type PlacementRequest, type PlacementWorld } from './place-participants.js';
import { reserve } from './reservations.js';

const world = (part: Partial<PlacementWorld> = {}): PlacementWorld => ({
  nodes: [aNode('eu-0'), aNode('eu-1'), aNode('us-0')],
  meetingNodes: [{ node: 'eu-0', participantLimit: 100, participants: 5 }],
  reservations: new Map(),
  maxParticipants: 100,
  expectedParticipants: 10,
  ...part,
});
const ask = (part: Partial<PlacementRequest> = {}): PlacementRequest => ({
  participantIds: ['p'],
  region: 'eu',
  avoidNodes: [],
  ...part,
});
const placed = (plan: ReturnType<typeof planPlacement>): string[] =>
  plan.kind === 'Placed' ? plan.participants.map(({ node, reason }) => `${node} ${reason}`) : [plan.reason];

describe('planPlacement', () => {
  const kept = reserve(new Map(), new Map([['p', 'us-0']]), 0);
  const onBoth = [
    { node: 'eu-0', participantLimit: 100, participants: 5 },
    { node: 'us-0', participantLimit: 100, participants: 5 },
  ];
  test.each<[string, Partial<PlacementWorld>, Partial<PlacementRequest>, string[]]>([
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
      { meetingNodes: [...onBoth, { node: 'eu-1', participantLimit: 100, participants: 9 }] },
      { region: '' },
      ['eu-1 KeptOnMeetingNode'],
    ],
    ['a new node for a new region', {}, { region: 'us' }, ['us-0 NewNodeInRegion']],
    ['the first node of all', { meetingNodes: [] }, {}, ['eu-0 FirstNode']],
    [
      'spill when the meeting’s share is used up',
      { meetingNodes: [{ node: 'eu-0', participantLimit: 5, participants: 5 }] },
      {},
      ['eu-1 SpilledToNewNode'],
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
      { meetingNodes: [{ node: 'eu-0', participantLimit: 6, participants: 5 }] },
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
    const nodes = Array.from({ length: MAX_MEETING_NODES + 1 }, (_, index) => aNode(`eu-${String(index)}`));
    const meetingNodes = nodes
      .slice(0, MAX_MEETING_NODES)
      .map(({ name }) => ({ node: name, participantLimit: 1, participants: 1 }));
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
            if (here > 0) expect(load.participants + here).toBeLessThanOrEqual(capacity.participants);
          }
          expect(new Set(plan.newNodes)).toEqual(new Set(plan.participants.map((participant) => participant.node)));
        },
      ),
      { numRuns: 500 },
    );
  });
});
