import { create } from '@bufbuild/protobuf';
import { EndReason, MeetingState, TopologySchema, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { expect, it } from 'vitest';
import { decideTopology } from './decide-topology.js';

const here = 'node-a';
const aTopology = (term: number, epoch: number, nodes = [here]): Topology =>
  create(TopologySchema, {
    meetingId: 'abc-defg-hij',
    term,
    epoch,
    state: MeetingState.PLACED,
    placements: nodes.map((node) => ({ node })),
  });

it.each([
  ['applies the first one', aTopology(1, 1), undefined, 'Apply'],
  ['applies a later epoch', aTopology(1, 3), { term: 1, epoch: 2 }, 'Apply'],
  ['applies a later term though its epoch is lower', aTopology(2, 1), { term: 1, epoch: 9 }, 'Apply'],
  ['keeps what it has when the same comes again', aTopology(1, 2), { term: 1, epoch: 2 }, 'Keep'],
  ['refuses an older epoch', aTopology(1, 1), { term: 1, epoch: 2 }, 'Refuse'],
  ['refuses an older term though its epoch is higher', aTopology(1, 9), { term: 2, epoch: 1 }, 'Refuse'],
  ['closes when it holds no placement here', aTopology(1, 3, ['node-b']), { term: 1, epoch: 2 }, 'Close'],
] as const)('%s', (_, topology, held, kind) => {
  expect(decideTopology(topology, held, here).kind).toBe(kind);
});

it('says why a room closes', () => {
  const ended = create(TopologySchema, { ...aTopology(1, 3), state: MeetingState.ENDED, endReason: EndReason.DELETED });
  expect(decideTopology(ended, undefined, here)).toEqual({ kind: 'Close', reason: 'DELETED' });
  expect(decideTopology(aTopology(1, 3, []), undefined, here)).toEqual({ kind: 'Close', reason: 'Moved' });
});
