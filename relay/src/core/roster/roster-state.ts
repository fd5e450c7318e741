/**
 * Who is in a meeting and what they produce, as each origin tells it: this node, or the peer whose relay announced it. Nobody is
 * shown twice: while a participant moves, two origins may hold him, and one rule says everywhere which of them is shown.
 */
import { equals } from '@bufbuild/protobuf';
import {
  LeaveReason,
  ParticipantSchema,
  ProducerSchema,
  type Participant,
  type Producer,
} from '@parley/proto/gen/parley/v1/media_pb.js';

export const local = 'local';
/** `local`, or the name of the peer node whose relay announced it. */
export type Origin = string;

/** What one origin holds. */
export interface Image {
  readonly participants: ReadonlyMap<string, Participant>;
  readonly producers: ReadonlyMap<string, Producer>;
}

export type RosterState = ReadonlyMap<Origin, Image>;

export type ImageAction =
  | { readonly kind: 'UpsertParticipant'; readonly participant: Participant }
  | { readonly kind: 'RemoveParticipant'; readonly participantId: string; readonly reason: LeaveReason }
  | { readonly kind: 'UpsertProducer'; readonly producer: Producer }
  | { readonly kind: 'RemoveProducer'; readonly producerId: string }
  /** Everything that this origin holds, instead of what it held. */
  | {
      readonly kind: 'Replace';
      readonly participants: readonly Participant[];
      readonly producers: readonly Producer[];
      /** Why those left that are not in it any more. */
      readonly reason: LeaveReason;
    };

/** What is seen of the meeting has changed. */
export type RosterChange =
  | { readonly case: 'participantJoined' | 'participantUpdated'; readonly value: Participant }
  | { readonly case: 'participantLeft'; readonly value: { participantId: string; reason: LeaveReason } }
  | { readonly case: 'producerAdded' | 'producerUpdated'; readonly value: Producer }
  | { readonly case: 'producerRemoved'; readonly value: { producerId: string } };

export interface Held<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** The ids of what an origin changed, whether or not it is seen. */
export interface Touched {
  readonly origin: Origin;
  readonly participants: readonly string[];
  readonly producers: readonly string[];
  /** Why those left that left. */
  readonly reason: LeaveReason;
}

export interface RosterStep {
  readonly state: RosterState;
  /** Producers go before their participants, and come after them. */
  readonly changes: readonly Held<RosterChange>[];
  readonly touched: Touched;
}

export const emptyImage: Image = { participants: new Map(), producers: new Map() };
export const emptyRoster: RosterState = new Map();

export function applyToRoster(state: RosterState, origin: Origin, action: ImageAction): RosterStep {
  const before = state.get(origin) ?? emptyImage;
  const image = applyToImage(before, action);
  const next = new Map(state);
  if (image.participants.size + image.producers.size === 0) next.delete(origin);
  else next.set(origin, image);
  const touched: Touched = {
    origin,
    participants: differing(before.participants, image.participants, (a, b) => equals(ParticipantSchema, a, b)),
    producers: differing(before.producers, image.producers, (a, b) => equals(ProducerSchema, a, b)),
    reason: reasonOf(action),
  };
  return { state: next, changes: visibleChanges(state, next, touched), touched };
}

/** The participant to be shown: who joined last is where he is now; at the same time, this node, then the first by name. */
export function shownParticipant(state: RosterState, id: string): Held<Participant> | undefined {
  return pick(
    state,
    ({ participants }) => participants.get(id),
    (a, b) => b.joinedAtMs - a.joinedAtMs,
  );
}

/** The producer to be shown: this node's own before what comes over a relay. */
export function shownProducer(state: RosterState, id: string): Held<Producer> | undefined {
  return pick(
    state,
    ({ producers }) => producers.get(id),
    () => 0,
  );
}

/** Everybody, and all they produce, each once. */
export function shown(state: RosterState): Image {
  const participants = new Map<string, Participant>();
  const producers = new Map<string, Producer>();
  for (const image of state.values()) {
    for (const id of image.participants.keys()) {
      const found = participants.has(id) ? undefined : shownParticipant(state, id);
      if (found !== undefined) participants.set(id, found.value);
    }
    for (const id of image.producers.keys()) {
      const found = producers.has(id) ? undefined : shownProducer(state, id);
      if (found !== undefined) producers.set(id, found.value);
    }
  }
  return { participants, producers };
}

function pick<T>(
  state: RosterState,
  find: (image: Image) => T | undefined,
  compare: (a: T, b: T) => number,
): Held<T> | undefined {
  let best: Held<T> | undefined;
  for (const [origin, image] of state) {
    const value = find(image);
    if (value === undefined) continue;
    const order = best === undefined ? -1 : compare(value, best.value) || compareOrigins(origin, best.origin);
    if (order < 0) best = { value, origin };
  }
  return best;
}

function compareOrigins(a: Origin, b: Origin): number {
  if (a === local || b === local) return a === local ? -1 : 1;
  return a < b ? -1 : 1;
}

export function applyToImage(image: Image, action: ImageAction): Image {
  const { participants, producers } = image;
  switch (action.kind) {
    case 'UpsertParticipant':
      return { participants: new Map(participants).set(action.participant.id, action.participant), producers };
    case 'RemoveParticipant':
      return {
        participants: without(participants, (id) => id === action.participantId),
        producers: without(producers, (_, producer) => producer.participantId === action.participantId),
      };
    case 'UpsertProducer':
      return { participants, producers: new Map(producers).set(action.producer.id, action.producer) };
    case 'RemoveProducer':
      return { participants, producers: without(producers, (id) => id === action.producerId) };
    case 'Replace':
      return {
        participants: new Map(action.participants.map((participant) => [participant.id, participant])),
        producers: new Map(action.producers.map((producer) => [producer.id, producer])),
      };
  }
}

function without<T>(map: ReadonlyMap<string, T>, gone: (id: string, value: T) => boolean): ReadonlyMap<string, T> {
  return new Map([...map].filter(([id, value]) => !gone(id, value)));
}

function reasonOf(action: ImageAction): LeaveReason {
  return action.kind === 'RemoveParticipant' || action.kind === 'Replace' ? action.reason : LeaveReason.LEFT;
}

function differing<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  same: (a: T, b: T) => boolean,
): string[] {
  if (before === after) return [];
  const gone = [...before.keys()].filter((id) => !after.has(id));
  const changed = [...after].filter(([id, value]) => {
    const old = before.get(id);
    return old !== value && (old === undefined || !same(old, value));
  });
  return [...gone, ...changed.map(([id]) => id)];
}

function visibleChanges(before: RosterState, after: RosterState, touched: Touched): Held<RosterChange>[] {
  const { participants, producers, reason } = touched;
  const people = participants.flatMap((id) => participantChange(id, { before, after }, reason));
  const media = producers.flatMap((id) => producerChange(id, { before, after }));
  const isRemoval = ({ value }: Held<RosterChange>): boolean => value.case === 'producerRemoved';
  return [...media.filter(isRemoval), ...people, ...media.filter((change) => !isRemoval(change))];
}

interface Between {
  readonly before: RosterState;
  readonly after: RosterState;
}

function participantChange(id: string, { before, after }: Between, reason: LeaveReason): Held<RosterChange>[] {
  const old = shownParticipant(before, id);
  const now = shownParticipant(after, id);
  if (now === undefined) {
    if (old === undefined) return [];
    return [{ origin: old.origin, value: { case: 'participantLeft', value: { participantId: id, reason } } }];
  }
  if (old !== undefined && equals(ParticipantSchema, old.value, now.value)) return [];
  const kind = old === undefined ? 'participantJoined' : 'participantUpdated';
  return [{ origin: now.origin, value: { case: kind, value: now.value } }];
}

function producerChange(id: string, { before, after }: Between): Held<RosterChange>[] {
  const old = shownProducer(before, id);
  const now = shownProducer(after, id);
  if (now === undefined) {
    if (old === undefined) return [];
    return [{ origin: old.origin, value: { case: 'producerRemoved', value: { producerId: id } } }];
  }
  if (old !== undefined && equals(ProducerSchema, old.value, now.value)) return [];
  const kind = old === undefined ? 'producerAdded' : 'producerUpdated';
  return [{ origin: now.origin, value: { case: kind, value: now.value } }];
}
