/**
 * A meeting's relays. Up to three nodes: full mesh. More: a hub for each region, hubs in a mesh, the others leaves of a hub, and more
 * hubs where the bound on a node's relays asks for them. With what nodes announce on each kind of relay (peers: their own and their
 * leaves'; hub to leaf: everything), each pair of nodes is then joined by exactly one path of at most three hops.
 *
 * What stands stays (law 3): a hub remains one, and a leaf remains its leaf, until that breaks a rule above.
 *
 * Nodes that are cut off from each other are never two hubs, nor a leaf and its hub; a small meeting becomes a tree for them. Only where
 * no third node leads from one to the other is their relay planned all the same: it is tried on.
 */
import { chooseHubs } from './hubs.js';
import { MAX_MESH_NODES, MAX_RELAYS_PER_NODE, type Member, type RelayWorld } from './relay-world.js';
import type { Relay } from './topology.js';

export function planRelays(world: RelayWorld): readonly Relay[] {
  const names = new Set(world.members.map(({ node }) => node));
  const kept = world.previous.filter(({ dialer, listener }) => names.has(dialer) && names.has(listener));
  if (names.size > MAX_MESH_NODES) return planTree(world, kept);
  if (mesh([...names]).some((relay) => isCutRelay(world, relay))) {
    const around = planTree(world, kept);
    return around.some((relay) => isCutRelay(world, relay)) ? mesh([...names]) : around;
  }
  // What is left of a tree stays one where nothing must be added to it.
  const tree = kept.some(({ kind }) => kind === 'Leaf') ? planTree(world, kept) : [];
  const isKept = tree.length > 0 && tree.every((relay) => kept.some((other) => sameRelay(relay, other)));
  return isKept ? tree : mesh([...names]);
}

export function isCutRelay({ isCut }: Pick<RelayWorld, 'isCut'>, { dialer, listener }: Relay): boolean {
  return isCut(dialer, listener);
}

function planTree(world: RelayWorld, kept: readonly Relay[]): readonly Relay[] {
  const hubs = chooseHubs(world);
  const leaves = attachLeaves({ members: world.members, hubs, kept, isCut: world.isCut });
  return [...mesh(hubs.map(({ node }) => node)), ...leaves].toSorted(byEnds);
}

interface Attaching extends Pick<RelayWorld, 'isCut'> {
  readonly members: readonly Member[];
  readonly hubs: readonly Member[];
  readonly kept: readonly Relay[];
}

/**
 * To the hub that it has; else to one of its region, rather one that it has a relay with; else to whichever has most to spare. One that it
 * can't reach comes last.
 */
function attachLeaves({ members, hubs, kept, isCut }: Attaching): readonly Relay[] {
  const spare = new Map(hubs.map(({ node }) => [node, MAX_RELAYS_PER_NODE - (hubs.length - 1)]));
  const leaves: Relay[] = [];
  const attach = (leaf: string, hub: string): void => {
    spare.set(hub, (spare.get(hub) ?? 0) - 1);
    leaves.push({ dialer: leaf, listener: hub, kind: 'Leaf' });
  };
  const hubBefore = new Map(kept.filter(({ kind }) => kind === 'Leaf').map((relay) => [relay.dialer, relay.listener]));
  const unattached = members.filter(({ node }) => {
    if (spare.has(node)) return false;
    const hub = hubBefore.get(node);
    if (hub === undefined || (spare.get(hub) ?? 0) <= 0 || isCut(node, hub)) return true;
    attach(node, hub);
    return false;
  });
  for (const { node, region } of unattached) {
    const related = new Set(
      kept
        .filter(({ dialer, listener }) => dialer === node || listener === node)
        .flatMap((r) => [r.dialer, r.listener]),
    );
    const [best] = hubs
      .filter((hub) => (spare.get(hub.node) ?? 0) > 0)
      .toSorted(
        (a, b) =>
          Number(isCut(node, a.node)) - Number(isCut(node, b.node)) ||
          Number(b.region === region) - Number(a.region === region) ||
          Number(related.has(b.node)) - Number(related.has(a.node)) ||
          (spare.get(b.node) ?? 0) - (spare.get(a.node) ?? 0),
      );
    if (best !== undefined) attach(node, best.node);
  }
  return leaves;
}

/** The lower name dials. */
function mesh(nodes: readonly string[]): readonly Relay[] {
  const sorted = nodes.toSorted();
  return sorted.flatMap((dialer, index) =>
    sorted.slice(index + 1).map((listener): Relay => ({ dialer, listener, kind: 'Peer' })),
  );
}

function sameRelay(a: Relay, b: Relay): boolean {
  return a.dialer === b.dialer && a.listener === b.listener && a.kind === b.kind;
}

export function byEnds(a: Relay, b: Relay): number {
  return compare(a.dialer, b.dialer) || compare(a.listener, b.listener);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
