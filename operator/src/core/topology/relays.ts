/**
 * Up to three nodes: full mesh. More: one hub a region, hubs in a mesh, the others leaves of their region's hub. With what nodes
 * announce on each kind of relay (peers: their own and their leaves'; hub to leaf: everything), each pair of nodes is then
 * joined by exactly one path of at most three hops.
 */
import type { Placement, Relay } from './topology.js';

export const MAX_MESH_NODES = 3;

type Member = Pick<Placement, 'node' | 'region'>;

/** A region's hub stays what it was as long as it is there; a new one is the region's earliest placement. */
export function planRelays(members: readonly Member[], previous: readonly Relay[]): readonly Relay[] {
  if (members.length <= MAX_MESH_NODES) return mesh(members.map((member) => member.node));
  const hubs = hubOfRegions(members, previous);
  const leaves = members.flatMap(({ node, region }): Relay[] => {
    const hub = hubs.get(region);
    return hub === undefined || hub === node ? [] : [{ dialer: node, listener: hub, kind: 'Leaf' }];
  });
  return [...mesh([...hubs.values()]), ...leaves].toSorted(byEnds);
}

function hubOfRegions(members: readonly Member[], previous: readonly Relay[]): ReadonlyMap<string, string> {
  const wasHub = new Set(previous.filter(({ kind }) => kind === 'Leaf').map(({ listener }) => listener));
  const hubs = new Map<string, string>();
  for (const { node, region } of members) {
    const current = hubs.get(region);
    if (current === undefined || (wasHub.has(node) && !wasHub.has(current))) hubs.set(region, node);
  }
  return hubs;
}

/** The lower name dials. */
function mesh(nodes: readonly string[]): readonly Relay[] {
  const sorted = nodes.toSorted();
  return sorted.flatMap((dialer, index) =>
    sorted.slice(index + 1).map((listener): Relay => ({ dialer, listener, kind: 'Peer' })),
  );
}

function byEnds(a: Relay, b: Relay): number {
  return compare(a.dialer, b.dialer) || compare(a.listener, b.listener);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
