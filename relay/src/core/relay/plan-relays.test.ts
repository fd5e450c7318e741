import { create } from '@bufbuild/protobuf';
import { RelayKind, TapSchema, TopologySchema, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { describe, expect, it } from 'vitest';
import { planRelays } from './plan-relays.js';

const { PEER, LEAF } = RelayKind;

function aTopology(...relays: readonly (readonly [string, string, RelayKind])[]): Topology {
  return create(TopologySchema, {
    placements: ['a', 'b', 'c'].map((node) => ({ node, grpcAddress: `${node}:7000` })),
    relays: relays.map(([dialer, listener, kind]) => ({ dialer, listener, kind })),
  });
}

const planned = (topology: Topology, self = 'b'): string[] =>
  [...planRelays(topology, self).values()].map(
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

describe('a tap', () => {
  const tapped = (node: string, recorder = 'rec'): Topology => ({
    ...aTopology(['b', 'c', PEER]),
    taps: [create(TapSchema, { recorder, node })],
  });

  it.each([
    ['its node listens to the recorder', tapped('b'), 'b', ['dials Peer c at c:7000', 'hears Tap rec at ']],
    ['the recorder dials its node, and has no other relay', tapped('b'), 'rec', ['dials Hub b at b:7000']],
    ['is none of other nodes', tapped('a'), 'b', ['dials Peer c at c:7000']],
    ['nor of other recorders', tapped('b'), 'rec-2', []],
    ['hangs on no node that has no placement', tapped('d'), 'rec', []],
    ['takes no node for a recorder', tapped('b', 'c'), 'b', ['dials Peer c at c:7000']],
  ])('%s', (_, topology, self, plan) => {
    expect(planned(topology, self)).toEqual(plan);
  });
});
