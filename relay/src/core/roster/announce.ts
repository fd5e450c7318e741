/**
 * What a node tells on a relay. The rule is valley-free: from a leaf's hub to other hubs to their leaves and never back up, so that
 * every producer reaches each node by exactly one path: no loops, no duplicates. While a topology takes the place of another, both
 * are followed, each for itself: what was told by the earlier one is not taken back before the later one has brought it, too.
 */
import { equals } from '@bufbuild/protobuf';
import { ParticipantSchema, ProducerSchema } from '@parley/proto/gen/parley/v1/media_pb.js';
import {
  local,
  shown,
  shownParticipant,
  shownProducer,
  type Image,
  type ImageAction,
  type Origin,
  type RosterState,
  type Touched,
} from './roster-state.js';

/** What the other end of a relay is to this one. A recorder is its node's tap: it is told everything, and nothing is taken in from it. */
export type Relation = 'Peer' | 'Hub' | 'Leaf' | 'Tap';

export interface Neighbour {
  readonly node: string;
  readonly relation: Relation;
}

/** This node's neighbours by name. */
export type Neighbours = ReadonlyMap<string, Neighbour>;

/** The neighbours that this node has by its topology, and those that it had by topologies which that one is taking the place of. */
export type Worlds = readonly Neighbours[];

/** Whether what this origin holds is told to this neighbour. */
export function announces(origin: Origin, to: string, worlds: Worlds): boolean {
  return worlds.some((neighbours) => {
    const neighbour = neighbours.get(to);
    if (neighbour === undefined || (origin !== local && !neighbours.has(origin))) return false;
    return announcesIn(neighbours, origin, neighbour);
  });
}

function announcesIn(neighbours: Neighbours, origin: Origin, to: Neighbour): boolean {
  if (origin === local) return true;
  if (origin === to.node) return false;
  switch (to.relation) {
    case 'Leaf':
    case 'Tap':
      return true;
    case 'Peer':
      return neighbours.get(origin)?.relation === 'Leaf';
    case 'Hub':
      return false;
  }
}

/** Everything that is told to this neighbour. */
export function announcedImage(state: RosterState, to: string, worlds: Worlds): Image {
  return shown(allowed(state, to, worlds));
}

export interface AnnounceInput {
  readonly before: RosterState;
  readonly after: RosterState;
  readonly touched: Touched;
}

/** What has changed, for this neighbour, since `before`; in an order in which nobody produces who isn't there. */
export function announcedChanges(input: AnnounceInput, to: string, worlds: Worlds): ImageAction[] {
  if (!announces(input.touched.origin, to, worlds)) return [];
  const before = allowed(input.before, to, worlds);
  const after = allowed(input.after, to, worlds);
  const people = input.touched.participants.flatMap((id): ImageAction[] => {
    const old = shownParticipant(before, id)?.value;
    const now = shownParticipant(after, id)?.value;
    if (now === undefined) {
      return old === undefined ? [] : [{ kind: 'RemoveParticipant', participantId: id, reason: input.touched.reason }];
    }
    if (old !== undefined && equals(ParticipantSchema, old, now)) return [];
    return [{ kind: 'UpsertParticipant', participant: now }];
  });
  const media = input.touched.producers.flatMap((id): ImageAction[] => {
    const old = shownProducer(before, id)?.value;
    const now = shownProducer(after, id)?.value;
    if (now === undefined) return old === undefined ? [] : [{ kind: 'RemoveProducer', producerId: id }];
    if (old !== undefined && equals(ProducerSchema, old, now)) return [];
    return [{ kind: 'UpsertProducer', producer: now }];
  });
  const removals = media.filter(({ kind }) => kind === 'RemoveProducer');
  return [...removals, ...people, ...media.filter(({ kind }) => kind === 'UpsertProducer')];
}

function allowed(state: RosterState, to: string, worlds: Worlds): RosterState {
  return new Map([...state].filter(([origin]) => announces(origin, to, worlds)));
}
