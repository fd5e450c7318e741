/** This node's relays, out of a meeting's topology. Two nodes have at most one relay, whoever dials: the first that is listed counts. */
import { RelayKind, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { Neighbour } from '../roster/announce.js';

export interface RelayPlan {
  readonly peer: Neighbour;
  readonly kind: RelayKind;
  readonly dials: boolean;
  /** host:port of the peer's gRPC server. */
  readonly address: string;
}

export function planRelays(topology: Pick<Topology, 'placements' | 'relays'>, self: string): Map<string, RelayPlan> {
  const plans = new Map<string, RelayPlan>();
  for (const { dialer, listener, kind } of topology.relays) {
    if (dialer === listener || (dialer !== self && listener !== self)) continue;
    const node = dialer === self ? listener : dialer;
    const placement = topology.placements.find((candidate) => candidate.node === node);
    if (placement === undefined || plans.has(node)) continue;
    const relation = kind !== RelayKind.LEAF ? 'Peer' : dialer === self ? 'Hub' : 'Leaf';
    plans.set(node, { peer: { node, relation }, kind, dials: dialer === self, address: placement.grpcAddress });
  }
  return plans;
}
