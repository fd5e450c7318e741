/**
 * Over which of this node's relays a topology brings what another node produces: the first step of the only path between them. While
 * topologies change, the same producer may be announced over several relays; this is the one that stays.
 */
import { RelayKind, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';

/** By the node that produces. What is not in it is brought by none. */
export function planNextHops(topology: Pick<Topology, 'relays' | 'taps'>, self: string): ReadonlyMap<string, string> {
  const hops = new Map<string, string>();
  const hubOf = new Map<string, string>();
  for (const { dialer, listener, kind } of topology.relays) {
    if (kind === RelayKind.LEAF) hubOf.set(dialer, listener);
    if (dialer === self) hops.set(listener, listener);
    if (listener === self) hops.set(dialer, dialer);
  }
  for (const { recorder, node } of topology.taps) {
    if (recorder !== self) continue;
    hubOf.set(self, node);
    hops.set(node, node);
  }
  const ownHub = hubOf.get(self);
  for (const { dialer, listener } of topology.relays) {
    for (const owner of [dialer, listener]) {
      const hop = ownHub ?? hubOf.get(owner);
      if (owner !== self && !hops.has(owner) && hop !== undefined) hops.set(owner, hop);
    }
  }
  return hops;
}
