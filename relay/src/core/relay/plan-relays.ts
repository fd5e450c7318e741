/**
 * This node's relays, out of a meeting's topology; or those of this recorder, which has one at most. Two nodes have at most one relay,
 * whoever dials: the first that is listed counts.
 */
import { RelayKind, type Placement, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { Neighbour } from '../roster/announce.js';

export interface RelayPlan {
  readonly peer: Neighbour;
  readonly kind: RelayKind;
  readonly dials: boolean;
  /** host:port of the peer's gRPC server; empty for a recorder, which has none for us. */
  readonly address: string;
}

export function planRelays(
  topology: Pick<Topology, 'placements' | 'relays' | 'taps'>,
  self: string,
): Map<string, RelayPlan> {
  const plans = new Map<string, RelayPlan>();
  for (const { dialer, listener, kind } of topology.relays) {
    if (dialer === listener || (dialer !== self && listener !== self)) continue;
    const node = dialer === self ? listener : dialer;
    const placement = topology.placements.find((candidate) => candidate.node === node);
    if (placement === undefined || plans.has(node)) continue;
    const relation = kind !== RelayKind.LEAF ? 'Peer' : dialer === self ? 'Hub' : 'Leaf';
    plans.set(node, { peer: { node, relation }, kind, dials: dialer === self, address: placement.grpcAddress });
  }
  for (const { recorder, node } of topology.taps) {
    const placement = topology.placements.find((candidate) => candidate.node === node);
    const plan = placement === undefined ? undefined : planTap(recorder, placement, self);
    if (plan !== undefined && !plans.has(plan.peer.node)) plans.set(plan.peer.node, plan);
  }
  return plans;
}

function planTap(recorder: string, { node, grpcAddress }: Placement, self: string): RelayPlan | undefined {
  if (recorder === node) return undefined;
  const kind = RelayKind.TAP;
  if (recorder === self) return { peer: { node, relation: 'Hub' }, kind, dials: true, address: grpcAddress };
  return node === self ? { peer: { node: recorder, relation: 'Tap' }, kind, dials: false, address: '' } : undefined;
}
