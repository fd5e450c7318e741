import type { MessageInitShape } from '@bufbuild/protobuf';
import { MeetingState, RelayKind, type TopologySchema } from '@parley/proto/gen/parley/v1/topology_pb.js';

export interface PlacedNode {
  readonly name: string;
  readonly address: string;
}

export type TopologyInit = MessageInitShape<typeof TopologySchema>;

/** A meeting placed on one node, unless said otherwise. */
export function aTopology(change: TopologyInit = {}, nodes: readonly string[] = ['node-a']): TopologyInit {
  return {
    meetingId: 'abc-defg-hij',
    term: 1,
    epoch: 1,
    state: MeetingState.PLACED,
    placements: nodes.map((node) => ({ node, region: 'eu', pool: 'eu', participantLimit: 100 })),
    ...change,
  };
}

/** A meeting on several nodes, each with a relay to each: the lower name dials. */
export function aCascade(nodes: readonly PlacedNode[], change: TopologyInit = {}): TopologyInit {
  const names = nodes.map(({ name }) => name).toSorted();
  return aTopology({
    placements: nodes.map(({ name, address }) => ({
      node: name,
      region: name,
      participantLimit: 100,
      grpcAddress: address,
    })),
    relays: names.flatMap((dialer) =>
      names.filter((listener) => dialer < listener).map((listener) => ({ dialer, listener, kind: RelayKind.PEER })),
    ),
    ...change,
  });
}
