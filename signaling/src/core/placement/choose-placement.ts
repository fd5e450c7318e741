/**
 * Where a participant goes, from a topology alone. Law 4: room inside a meeting's placements is used at once; the operator is
 * asked only when there is none in the region wished for.
 */
import type { Placement, Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';

export interface PlacementWish {
  /** Empty: no preference. */
  readonly region: string;
  /** Of a webinar. Others can't be where only viewers are. */
  readonly viewer: boolean;
  /** Nodes that could not be reached or refused. */
  readonly avoidNodes: ReadonlySet<string>;
  /** Participants on each node of the meeting, as far as known. */
  readonly participantsByNode: ReadonlyMap<string, number>;
}

export type PlacementChoice =
  | { readonly type: 'Use'; readonly placement: Placement }
  /** Ask the operator; `fallback` serves when it is away: law 1, joins go on. */
  | { readonly type: 'AskOperator'; readonly fallback: Placement | undefined };

export function choosePlacement(
  topology: Pick<Topology, 'placements'> | undefined,
  wish: PlacementWish,
): PlacementChoice {
  const reachable = (topology?.placements ?? []).filter(
    ({ node, grpcAddress, viewersOnly }) =>
      grpcAddress !== '' && !wish.avoidNodes.has(node) && (wish.viewer || !viewersOnly),
  );
  const open = reachable.filter(({ draining }) => !draining);
  const withRoom = open.filter((placement) => roomOf(placement, wish) > 0);
  const local = withRoom.filter((placement) => wish.region === '' || placement.region === wish.region);
  // Viewers leave room for speakers where these can be.
  const among = local.some(({ viewersOnly }) => viewersOnly) ? local.filter(({ viewersOnly }) => viewersOnly) : local;
  // The fullest that has room: a meeting stays together, which spares relays.
  const best = pick(among, (placement) => -roomOf(placement, wish));
  if (best !== undefined) return { type: 'Use', placement: best };
  const most = (from: readonly Placement[]): Placement | undefined =>
    pick(from, (placement) => roomOf(placement, wish));
  // One that drains is better than no call.
  return { type: 'AskOperator', fallback: most(withRoom) ?? most(open) ?? most(reachable) };
}

/** Participants that still fit, by what is known here; the node has the last word. */
function roomOf(placement: Placement, wish: PlacementWish): number {
  return placement.participantLimit - (wish.participantsByNode.get(placement.node) ?? 0);
}

/** The one with the highest rank; among equals the first by name, so that every replica picks the same. */
function pick(placements: readonly Placement[], rank: (placement: Placement) => number): Placement | undefined {
  return placements.toSorted((a, b) => rank(b) - rank(a) || (a.node < b.node ? -1 : 1))[0];
}
