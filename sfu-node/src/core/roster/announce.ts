/**
 * What a node tells on a relay. The rule is valley-free: from a leaf's hub to other hubs to their leaves and never back up, so that
 * every producer reaches each node by exactly one path: no loops, no duplicates.
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

/** What the node at the other end of a relay is to this one. */
export type Relation = 'Peer' | 'Hub' | 'Leaf';

export interface Neighbour {
  readonly node: string;
  readonly relation: Relation;
}

/** This node's neighbours by name. */
export type Neighbours = ReadonlyMap<string, Neighbour>;

/** Whether what this origin holds is told to this neighbour. */
export function announces(origin: Origin, to: Neighbour, neighbours: Neighbours): boolean {
  if (origin === local) return true;
  if (origin === to.node) return false;
  switch (to.relation) {
    case 'Leaf':
      return neighbours.has(origin);
    case 'Peer':
      return neighbours.get(origin)?.relation === 'Leaf';
    case 'Hub':
      return false;
  }
}

/** Everything that is told to this neighbour. */
export function announcedImage(state: RosterState, to: Neighbour, neighbours: Neighbours): Image {
  return shown(allowed(state, to, neighbours));
}

export interface AnnounceInput {
  readonly before: RosterState;
  readonly after: RosterState;
  readonly touched: Touched;
}

/** What has changed, for this neighbour, since `before`; in an order in which nobody produces who isn't there. */
export function announcedChanges(input: AnnounceInput, to: Neighbour, neighbours: Neighbours): ImageAction[] {
  if (!announces(input.touched.origin, to, neighbours)) return [];
  const before = allowed(input.before, to, neighbours);
  const after = allowed(input.after, to, neighbours);
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

function allowed(state: RosterState, to: Neighbour, neighbours: Neighbours): RosterState {
  return new Map([...state].filter(([origin]) => announces(origin, to, neighbours)));
}
