import { create } from '@bufbuild/protobuf';
import { RelayKind, TopologySchema, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { expect, it } from 'vitest';
import { planRelays } from './plan-relays.js';

const { PEER, LEAF } = RelayKind;

function aTopology(...relays: readonly (readonly [string, string, RelayKind])[]): Topology {
  return create(TopologySchema, {
    placements: ['a', 'b', 'c'].map((node) => ({ node, grpcAddress: `${node}:7000` })),
    relays: relays.map(([dialer, listener, kind]) => ({ dialer, listener, kind })),
  });
}

const planned = (topology: Topology): string[] =>
  [...planRelays(topology, 'b').values()].map(
    ({ peer, dials, address }) => `${dials ? 'dials' : 'hears'} ${peer.relation} ${peer.node} at ${address}`,
  );

it.each([
  [
    'both ends of a mesh know who dials',
    [
      ['a', 'b', PEER],
      ['b', 'c', PEER],
    ],
    ['hears Peer a at a:7000', 'dials Peer c at c:7000'],
  ],
  [
    'who dials by a leaf relay is the leaf',
    [
      ['b', 'a', LEAF],
      ['c', 'b', LEAF],
    ],
    ['dials Hub a at a:7000', 'hears Leaf c at c:7000'],
  ],
  [
    'two nodes have one relay',
    [
      ['a', 'b', PEER],
      ['b', 'a', PEER],
    ],
    ['hears Peer a at a:7000'],
  ],
  [
    'nobody relays to himself, or to who has no placement',
    [
      ['b', 'b', PEER],
      ['b', 'd', PEER],
    ],
    [],
  ],
  ["others' relays are none of ours", [['a', 'c', PEER]], []],
] as const)('%s', (_, relays, plan) => {
  expect(planned(aTopology(...relays))).toEqual(plan);
});
