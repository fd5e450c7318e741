import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { MeetingState, TopologySchema } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { expect, it } from 'vitest';
import { decideTopology } from './decide-topology.js';

const topology = {
  meetingId: 'abc-defg-hij',
  term: 2,
  epoch: 5,
  state: MeetingState.PLACED,
  placements: [{ node: 'eu-0' }],
  taps: [{ recorder: 'r-1', node: 'eu-0' }],
} satisfies MessageInitShape<typeof TopologySchema>;

it.each<readonly [string, MessageInitShape<typeof TopologySchema>, string, string]>([
  ['takes part where it has a tap', {}, 'r-1', 'TakePart'],
  ['and when the same is said again', { epoch: 4 }, 'r-1', 'TakePart'],
  ['ignores an older one', { epoch: 3 }, 'r-1', 'Ignore'],
  ['and one of an earlier leader', { term: 1, epoch: 9 }, 'r-1', 'Ignore'],
  ['leaves where another has its place', {}, 'r-0', 'Leave'],
  ['leaves when the meeting has ended', { state: MeetingState.ENDED }, 'r-1', 'Leave'],
  ['leaves where its node is none of the meeting', { placements: [{ node: 'eu-1' }] }, 'r-1', 'Leave'],
])('a recorder %s', (_, change, recorder, decision) => {
  const held = { term: 2, epoch: 4 };
  expect(decideTopology(create(TopologySchema, { ...topology, ...change }), held, recorder)).toBe(decision);
});
