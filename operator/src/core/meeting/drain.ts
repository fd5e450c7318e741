/**
 * Off a node that is to go, when it is this meeting's turn (core/pool/departures.ts), make before break (law 3): a placement drains once
 * another has room for all of its people, and goes when nobody is on it. Signaling moves the people. At the node's deadline it goes
 * with people on it: they reconnect.
 */
import { loadBeyond } from '../load/load.js';
import { loadOfPresent, loadOfShare } from '../load/meeting-load.js';
import { takes, type PlacementNode } from '../placement/candidate.js';
import { MAX_MEETING_NODES } from '../placement/place-participants.js';
import type { Placement } from '../topology/topology.js';
import {
  add,
  choose,
  mayTakePeopleOf,
  near,
  nodeOf,
  openToSpeakers,
  peopleInAll,
  peopleOn,
  remove,
  replacementOf,
  type Draft,
} from './draft.js';

/**
 * First fit, in the placements' order with new ones last: planning again promises the same room to the same people.
 * @returns nodes that wait for room elsewhere.
 */
export function drainPlacements(draft: Draft): readonly string[] {
  const waiting: string[] = [];
  const promised = new Map<string, number>();
  for (const placement of [...draft.placements.values()]) {
    const people = peopleOn(draft, placement.node);
    const departure = draft.world.departures.get(placement.node);
    if (nodeOf(draft, placement.node)?.state !== 'Closing' || people === 0 || departure === undefined) continue;
    if (departure === 'Reconnect') {
      reconnect(draft, placement);
      continue;
    }
    const taker = takerOf(draft, placement, promised);
    if (taker === undefined) waiting.push(placement.node);
    else promise(draft, promised, { taker: taker.name, people });
    // Others may have taken the room meanwhile: it goes on with what there is.
    const draining =
      taker !== undefined || (placement.draining && usable(draft, placement).some(near(draft, placement)));
    draft.placements.set(placement.node, { ...placement, draining });
    if (draining && !placement.draining)
      draft.actions.push({ type: 'DrainPlacement', node: placement.node, reason: 'Draining' });
  }
  return waiting;
}

/** Its people rejoin elsewhere: where the meeting is already, or on a node that is added for them, if there is any. */
function reconnect(draft: Draft, placement: Placement): void {
  const added = usable(draft, placement).some(near(draft, placement)) ? undefined : replacementOf(draft, placement);
  remove(draft, placement.node, 'DrainDeadline');
  if (added !== undefined) add(draft, added, 'ReplacesDrainingNode', placement);
}

/** One that the meeting is on already, or else a new one, which is added; or else, for speakers, a viewers' node, which becomes theirs. */
function takerOf(draft: Draft, placement: Placement, promised: ReadonlyMap<string, number>): PlacementNode | undefined {
  const takesThem = takesPeopleOf(draft, placement, promised);
  const known = usable(draft, placement).find(takesThem);
  if (known !== undefined) return known;
  const isFull = draft.placements.size >= MAX_MEETING_NODES;
  const added = isFull ? undefined : choose(draft, near(draft, placement), peopleOn(draft, placement.node));
  if (added !== undefined) {
    add(draft, added, 'ReplacesDrainingNode', placement);
    return added;
  }
  const opened = usable(draft, { ...placement, viewersOnly: true }).find(takesThem);
  if (opened !== undefined) openToSpeakers(draft, opened.name);
  return opened;
}

/** Whether a node near it has room for all who are on a placement, beyond whom it was promised to. */
export function takesPeopleOf(
  draft: Draft,
  placement: Placement,
  promised: ReadonlyMap<string, number>,
): (node: PlacementNode) => boolean {
  const people = peopleOn(draft, placement.node);
  const isNear = near(draft, placement);
  const total = peopleInAll(draft);
  return (node) => {
    const here = peopleOn(draft, node.name);
    const after = { local: here + people + (promised.get(node.name) ?? 0), total };
    if (!isNear(node) || after.local > draft.world.spec.maxParticipants) return false;
    return takes(node, loadBeyond(loadOfPresent(node.capacity, after), loadOfShare({ local: here, total })));
  };
}

/** The taker must let them in. */
export function promise(
  draft: Draft,
  promised: Map<string, number>,
  { taker, people }: { readonly taker: string; readonly people: number },
): void {
  const coming = people + (promised.get(taker) ?? 0);
  promised.set(taker, coming);
  const placement = draft.placements.get(taker);
  if (placement === undefined) return;
  const participantLimit = Math.max(placement.participantLimit, peopleOn(draft, taker) + coming);
  draft.placements.set(taker, { ...placement, participantLimit });
}

/** Nobody of the meeting is there, and nobody is to come. */
export function isEmptied(draft: Draft, { node: name, draining }: Placement): boolean {
  const state = nodeOf(draft, name)?.state ?? 'Lost';
  return (state === 'Closing' || (state === 'Lost' && draining)) && peopleOn(draft, name) === 0;
}

/** An emptied placement goes, and is replaced only if none of the meeting's others stands in for it. Where no node has room, it stays. */
export function leaveEmptied(draft: Draft): void {
  for (const placement of [...draft.placements.values()].filter((kept) => isEmptied(draft, kept))) {
    const { node } = placement;
    const successor = successorOf(draft, placement);
    if (successor === undefined && nodeOf(draft, node) !== undefined) {
      draft.placements.set(node, { ...placement, draining: false });
      continue;
    }
    remove(draft, node, 'Drained');
    if (successor !== undefined && successor !== 'NotNeeded') add(draft, successor, 'ReplacesDrainingNode', placement);
  }
}

/** Without pools, any node will do where the region has none. */
function successorOf(draft: Draft, emptied: Placement): PlacementNode | 'NotNeeded' | undefined {
  const others = usable(draft, emptied);
  const isNear = near(draft, emptied);
  if (others.some(isNear)) return 'NotNeeded';
  const nearest = choose(draft, isNear, 1);
  if (nearest !== undefined || draft.world.spec.pools.length > 0) return nearest;
  return others.length > 0 ? 'NotNeeded' : choose(draft, () => true, 1);
}

/** Nodes of the meeting that take participants, of those on this placement, in the placements' order. */
function usable(draft: Draft, gone: Placement): readonly PlacementNode[] {
  return [...draft.placements.values()].flatMap((placement) => {
    const node = nodeOf(draft, placement.node);
    return node?.state === 'Serving' && mayTakePeopleOf(gone, placement) ? [node] : [];
  });
}
