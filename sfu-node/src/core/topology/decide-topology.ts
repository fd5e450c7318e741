/** Law 3: a node refuses what is older than what it has seen, closed meetings included. */
import type { Placement, Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { EndReason, MeetingState } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { compareFence, type Fence } from '@parley/relay/core/topology/compare-fence.js';

export type TopologyDecision =
  | { readonly kind: 'Refuse'; readonly held: Fence }
  | { readonly kind: 'Keep' }
  | { readonly kind: 'Close'; readonly reason: string }
  | { readonly kind: 'Apply'; readonly placement: Placement };

/** @param held the newest that this node has seen of the meeting. */
export function decideTopology(topology: Topology, held: Fence | undefined, node: string): TopologyDecision {
  const order = held === undefined ? 1 : compareFence(topology, held);
  if (held !== undefined && order < 0) return { kind: 'Refuse', held };
  if (order === 0) return { kind: 'Keep' };
  if (topology.state === MeetingState.ENDED) return { kind: 'Close', reason: endReasonName(topology.endReason) };
  const placement = topology.placements.find((candidate) => candidate.node === node);
  return placement === undefined ? { kind: 'Close', reason: 'Moved' } : { kind: 'Apply', placement };
}

function endReasonName(reason: EndReason): string {
  return EndReason[reason];
}
