/** Topologies that the newest one takes the place of: what they brought goes on until the newest brings it. */
import { announces, type Neighbours } from '../roster/announce.js';
import { local, type Image, type RosterState } from '../roster/roster-state.js';

export interface EarlierWorld {
  readonly neighbours: Neighbours;
  /** When another one took its place. */
  readonly sinceMs: number;
}

/** Law 6. */
const maxEarlier = 3;

/** Then it brought nothing that the later one does not. */
export function isPartOf(earlier: Neighbours, later: Neighbours): boolean {
  return [...earlier].every(([node, { relation }]) => later.get(node)?.relation === relation);
}

export function sameNeighbours(a: Neighbours, b: Neighbours): boolean {
  return a.size === b.size && isPartOf(a, b);
}

export function addEarlier(worlds: readonly EarlierWorld[], world: EarlierWorld): readonly EarlierWorld[] {
  return [...worlds, world].slice(-maxEarlier);
}

export interface Keeping {
  readonly nowMs: number;
  /** Whether anything still comes by them alone. */
  readonly inUse: boolean;
  /** At least so long: the newest topology has not reached every node at once. */
  readonly keepMs: number;
  readonly atMostMs: number;
}

export function keepEarlier(worlds: readonly EarlierWorld[], keeping: Keeping): readonly EarlierWorld[] {
  const { nowMs, inUse, keepMs, atMostMs } = keeping;
  return worlds.filter(({ sinceMs }) => nowMs - sinceMs < (inUse ? atMostMs : keepMs));
}

/** One of this node's relays, those that the newest topology has no more included. */
export interface RelayUse {
  readonly peer: string;
  /** Either side wants something of the other. */
  readonly isInUse: boolean;
  /** Producers that the peer wants now. */
  readonly demanded: readonly string[];
}

export interface EarlierUse {
  readonly self: string;
  readonly roster: RosterState;
  /** By the newest topology. */
  readonly neighbours: Neighbours;
  /** Nodes that have a placement. */
  readonly placed: ReadonlySet<string>;
  readonly relays: readonly RelayUse[];
}

/** Whether anything comes here, or goes through here, by an earlier topology alone. */
export function needsEarlier({ self, roster, neighbours, placed, relays }: EarlierUse): boolean {
  const going = relays.filter(({ peer }) => !neighbours.has(peer));
  if (going.some(({ isInUse }) => isInUse)) return true;
  const staying = [...roster].filter(([origin]) => origin === local || neighbours.has(origin));
  const isKnown = (id: string): boolean => staying.some(([, image]) => image.participants.has(id));
  const known = going.flatMap(({ peer }) => [...(roster.get(peer)?.participants.values() ?? [])]);
  // Where nobody is any more, nobody is missed.
  if (placed.has(self) && known.some(({ id, node }) => placed.has(node) && !isKnown(id))) return true;
  const isAnnounced = (producerId: string, peer: string): boolean =>
    staying.some(([origin, image]) => image.producers.has(producerId) && announces(origin, peer, [neighbours]));
  return relays.some(
    ({ peer, demanded }) => neighbours.has(peer) && demanded.some((producerId) => !isAnnounced(producerId, peer)),
  );
}

/** Of what a peer told that lost its placement: what comes through it may come another way, its own people can't. */
export function withoutOwn({ participants, producers }: Image, peer: string): Image {
  const others = new Map([...participants].filter(([, { node }]) => node !== peer));
  return {
    participants: others,
    producers: new Map([...producers].filter(([, { participantId }]) => others.has(participantId))),
  };
}
