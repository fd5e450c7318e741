/** A node's place in a meeting's topologies: in the newest, and in those that it takes the place of; and what comes by which relay. */
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { Neighbour, Neighbours, Worlds } from '../roster/announce.js';
import { local, type RosterState } from '../roster/roster-state.js';
import type { Fence } from '../topology/compare-fence.js';
import { chooseHolder, type Rank } from './choose-copy.js';
import { addEarlier, isPartOf, type EarlierWorld } from './earlier-worlds.js';
import { planNextHops } from './next-hop.js';
import { planRelays } from './plan-relays.js';

export interface Paths {
  readonly fence: Fence;
  /** Nodes that have a placement, and recorders that have a tap. */
  readonly placed: ReadonlySet<string>;
  readonly neighbours: Neighbours;
  /** By the node that produces: the neighbour that brings it. */
  readonly nextHops: ReadonlyMap<string, string>;
  readonly earlier: readonly EarlierWorld[];
}

export const noPaths: Paths = {
  fence: { term: 0, epoch: 0 },
  placed: new Set(),
  neighbours: new Map(),
  nextHops: new Map(),
  earlier: [],
};

export function changePaths(
  paths: Paths,
  topology: Topology,
  { self, nowMs }: { readonly self: string; readonly nowMs: number },
): Paths {
  const plans = planRelays(topology, self);
  const neighbours: Neighbours = new Map([...plans].map(([node, { peer }]) => [node, peer]));
  const replaced = { neighbours: paths.neighbours, sinceMs: nowMs };
  const recorders = new Set(topology.taps.map(({ recorder }) => recorder));
  const earlier = isPartOf(paths.neighbours, neighbours) ? paths.earlier : addEarlier(paths.earlier, replaced);
  return {
    fence: topology,
    placed: new Set([...topology.placements.map(({ node }) => node), ...recorders]),
    neighbours,
    nextHops: planNextHops(topology, self),
    earlier: withoutTapsOfOthers(earlier, recorders),
  };
}

/** A recorder that has no tap at all any more gets nothing from then on. */
function withoutTapsOfOthers(worlds: readonly EarlierWorld[], recorders: ReadonlySet<string>): readonly EarlierWorld[] {
  const isOther = ({ node, relation }: Neighbour): boolean => relation === 'Tap' && !recorders.has(node);
  if (!worlds.some(({ neighbours }) => [...neighbours.values()].some(isOther))) return worlds;
  return worlds.map((world) => ({
    ...world,
    neighbours: new Map([...world.neighbours].filter(([, neighbour]) => !isOther(neighbour))),
  }));
}

/** The newest first. */
export function worldsOf({ neighbours, earlier }: Paths): Worlds {
  return [neighbours, ...earlier.map((world) => world.neighbours)];
}

export function rankOf(paths: Paths, roster: RosterState, { producerId, peer }: ProducerAt): Rank {
  const image = roster.get(peer);
  const owner = image?.participants.get(image.producers.get(producerId)?.participantId ?? '')?.node;
  if (owner !== undefined && paths.nextHops.get(owner) === peer) return 2;
  return paths.neighbours.has(peer) ? 1 : 0;
}

export interface ProducerAt {
  readonly producerId: string;
  readonly peer: string;
}

/** The peer that a remote producer is asked of. @param current whose copy is in use. */
export function holderOf(
  paths: Paths,
  roster: RosterState,
  { producerId, current }: { readonly producerId: string; readonly current: string | undefined },
): string | undefined {
  const holders = [...roster].flatMap(([origin, image]) =>
    origin !== local && image.producers.has(producerId) ? [origin] : [],
  );
  return chooseHolder(holders, { rankOf: (peer) => rankOf(paths, roster, { producerId, peer }), current });
}
