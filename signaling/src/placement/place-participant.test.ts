import { create } from '@bufbuild/protobuf';
import { TopologySchema } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createPlaceParticipant, type PlacementRequest } from './place-participant.js';

const topology = create(TopologySchema, {
  meetingId: 'm',
  placements: [
    { node: 'going', region: 'eu', participantLimit: 10, grpcAddress: 'going:7000', draining: true },
    { node: 'other', region: 'eu', participantLimit: 10, grpcAddress: 'other:7000' },
    { node: 'staying', region: 'eu', participantLimit: 10, grpcAddress: 'staying:7000' },
  ],
});

const place = createPlaceParticipant({
  directory: {
    find: () => Promise.resolve({ type: 'Found', topology }),
    known: () => topology,
    onChange: () => () => undefined,
  },
  operator: { place: () => Promise.reject(new RpcError('UNAVAILABLE', 'away')) },
  participantsByNode: () => new Map(),
  log: pino({ enabled: false }),
});

test.each<[string, Partial<PlacementRequest>, string]>([
  ['takes the node that was promised', { preferredNode: 'staying', fresh: true }, 'staying'],
  ['takes another when the promised one drains since', { preferredNode: 'going', fresh: true }, 'other'],
  ['goes back to a node that drains: its media is there', { preferredNode: 'going', fresh: false }, 'going'],
  ['takes another than one to be avoided', { preferredNode: 'staying', avoidNodes: new Set(['staying']) }, 'other'],
  [
    'takes one that drains when there is no other and the operator is away (law 1)',
    { preferredNode: 'going', fresh: true, avoidNodes: new Set(['staying', 'other']) },
    'going',
  ],
])('a participant %s', async (_, request, node) => {
  const placed = await place({ meetingId: 'm', participantId: 'p', region: 'eu', avoidNodes: new Set(), ...request });
  expect(placed.placement.node).toBe(node);
});
