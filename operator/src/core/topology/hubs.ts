/** Which nodes of a larger meeting are hubs: one a region as far as the bound on relays goes, and more where a hub's leaves would pass it. */
import { LEAVES_PER_HUB, MAX_MESH_NODES, MAX_RELAYS_PER_NODE, type Member, type RelayWorld } from './relay-world.js';
import type { Relay } from './topology.js';

export function chooseHubs(world: RelayWorld): readonly Member[] {
  const { members } = world;
  const byRank = rank(world);
  const { fewest, wanted, most } = hubBounds(members.length);
  const wereHubs = hubsOf(world.previous);
  const first = [...Map.groupBy(byRank, ({ region }) => region).values()].flatMap((inRegion) => {
    const staying = inRegion.filter(({ node, draining }) => wereHubs.has(node) && !draining);
    return staying.length > 0 ? staying : inRegion.slice(0, 1);
  });
  // A node that is to go is a hub only where nobody else can be one: its region then hangs on another's.
  const serving = first.filter(({ draining }) => !draining);
  const hubs = (serving.length > 0 ? serving : first.slice(0, 1)).toSorted(
    (a, b) => byRank.indexOf(a) - byRank.indexOf(b),
  );
  const chosen = [...reachingEachOther(hubs, world).slice(0, most)];
  while (chosen.length < wanted) {
    const next = mostCrowded(reachedBy(byRank, chosen, world), byRank, chosen);
    if (next === undefined || (next.draining && chosen.length >= fewest)) break;
    chosen.push(next);
  }
  return bridged({ byRank, chosen, most }, world);
}

type Cuts = Pick<RelayWorld, 'isCut'>;

/** Those that reach all who stand before them: the others become leaves. */
function reachingEachOther(hubs: readonly Member[], cuts: Cuts): readonly Member[] {
  return hubs.reduce<readonly Member[]>((kept, hub) => [...kept, ...reachedBy([hub], kept, cuts)], []);
}

function reachedBy(members: readonly Member[], hubs: readonly Member[], { isCut }: Cuts): readonly Member[] {
  return members.filter(({ node }) => hubs.every((hub) => !isCut(node, hub.node)));
}

interface Choice {
  readonly byRank: readonly Member[];
  readonly chosen: readonly Member[];
  readonly most: number;
}

/** Who reaches no hub gets one that reaches both it and the other hubs, where there is one. */
function bridged({ byRank, chosen, most }: Choice, cuts: Cuts): readonly Member[] {
  const hubs = [...chosen];
  for (const stranded of byRank) {
    if (hubs.includes(stranded) || hubs.some(({ node }) => !cuts.isCut(node, stranded.node))) continue;
    const [bridge] = reachedBy(byRank, [...hubs, stranded], cuts).filter(
      (member) => member !== stranded && !hubs.includes(member) && !member.draining,
    );
    if (bridge !== undefined && hubs.length < most) hubs.push(bridge);
  }
  return hubs;
}

/** Those that stay before those that go, hubs before others, those that have relays before newcomers, then the one with most room. */
function rank({ members, previous, roomOf }: RelayWorld): readonly Member[] {
  const wereHubs = hubsOf(previous);
  const related = new Set(previous.flatMap(({ dialer, listener }) => [dialer, listener]));
  const first = (a: boolean, b: boolean): number => Number(b) - Number(a);
  return members.toSorted(
    (a, b) =>
      first(!a.draining, !b.draining) ||
      first(wereHubs.has(a.node), wereHubs.has(b.node)) ||
      first(roomOf(a.node) > 0, roomOf(b.node) > 0) ||
      first(related.has(a.node), related.has(b.node)) ||
      roomOf(b.node) - roomOf(a.node),
  );
}

/** In a mesh without leaves that is small enough to be no tree, nobody is a hub. */
function hubsOf(previous: readonly Relay[]): ReadonlySet<string> {
  const nodes = new Set(previous.flatMap(({ dialer, listener }) => [dialer, listener]));
  if (nodes.size <= MAX_MESH_NODES && previous.every(({ kind }) => kind === 'Peer')) return new Set();
  return new Set(previous.flatMap(({ dialer, listener, kind }) => (kind === 'Leaf' ? [listener] : [dialer, listener])));
}

/**
 * So many hubs in a mesh, each with its share of the others as leaves, stay within the bound: of h hubs each has h - 1 peers, and room
 * for (nodes - h) / h leaves; wanted are so many that none has more leaves than it can well send to.
 * Beyond what any number of hubs can hold, the number that holds most.
 */
function hubBounds(nodes: number): { readonly fewest: number; readonly wanted: number; readonly most: number } {
  const fits = Array.from({ length: Math.min(nodes, MAX_RELAYS_PER_NODE + 1) }, (_, index) => index + 1).filter(
    (hubs) => hubs * (MAX_RELAYS_PER_NODE + 2 - hubs) >= nodes,
  );
  const best = Math.floor((MAX_RELAYS_PER_NODE + 2) / 2);
  const most = fits.at(-1) ?? best;
  const fewest = fits[0] ?? best;
  const wanted = Math.min(most, Math.max(fewest, Math.ceil(nodes / (LEAVES_PER_HUB + 1))));
  return { fewest, wanted, most };
}

/** The next hub of the region that has the most nodes for each of its hubs. */
function mostCrowded(
  candidates: readonly Member[],
  byRank: readonly Member[],
  hubs: readonly Member[],
): Member | undefined {
  const crowd = (region: string): number => {
    const inRegion = (member: Member): boolean => member.region === region;
    return byRank.filter(inRegion).length / Math.max(1, hubs.filter(inRegion).length);
  };
  const open = candidates.filter((member) => !hubs.includes(member));
  return open.reduce<Member | undefined>((best, member) => {
    if (best === undefined) return member;
    const isBetter = member.draining === best.draining && crowd(member.region) > crowd(best.region);
    return isBetter ? member : best;
  }, undefined);
}
