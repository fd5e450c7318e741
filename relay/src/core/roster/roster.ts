/** A room's roster: the pure state of roster-state.ts, held, and its changes told. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  ParticipantSchema,
  ProducerSchema,
  type LeaveReason,
  type Participant,
  type Producer,
} from '@parley/proto/gen/parley/v1/media_pb.js';
import {
  applyToRoster,
  emptyRoster,
  local,
  shown,
  shownProducer,
  type ImageAction,
  type Origin,
  type RosterChange,
  type RosterState,
  type Touched,
} from './roster-state.js';

export { local, type Origin, type RosterChange } from './roster-state.js';

export interface RosterProducer {
  readonly producer: Producer;
  readonly origin: Origin;
}

export interface Roster {
  /** Everybody in the meeting, each once. */
  participants(): Participant[];
  producers(): Producer[];
  /** Whether this origin (this node, unless said otherwise) holds the participant. */
  hasParticipant(id: string, origin?: Origin): boolean;
  producer(id: string): RosterProducer | undefined;
  upsertParticipant(participant: MessageInitShape<typeof ParticipantSchema>, origin?: Origin): void;
  /** Takes its producers out first. */
  removeParticipant(id: string, reason: LeaveReason, origin?: Origin): void;
  upsertProducer(producer: MessageInitShape<typeof ProducerSchema>, origin?: Origin): void;
  removeProducer(id: string, origin?: Origin): void;
  /** What is seen of the meeting changed; told after the roster has changed. */
  onChange(listener: (change: RosterChange, origin: Origin) => void): () => void;
  /** What each origin holds, for relays. */
  readonly state: RosterState;
  apply(origin: Origin, action: ImageAction): void;
  /** What an origin holds changed, whether or not it is seen; for relays. */
  onTouched(listener: (touched: Touched, before: RosterState) => void): () => void;
}

export function createRoster(): Roster {
  let state = emptyRoster;
  const listeners = new Set<(change: RosterChange, origin: Origin) => void>();
  const touchListeners = new Set<(touched: Touched, before: RosterState) => void>();
  const apply = (origin: Origin, action: ImageAction): void => {
    const before = state;
    const step = applyToRoster(state, origin, action);
    state = step.state;
    for (const { value, origin: shownAt } of step.changes) for (const listener of listeners) listener(value, shownAt);
    if (step.touched.participants.length + step.touched.producers.length === 0) return;
    for (const listener of touchListeners) listener(step.touched, before);
  };
  return {
    participants: () => [...shown(state).participants.values()],
    producers: () => [...shown(state).producers.values()],
    hasParticipant: (id, origin = local) => state.get(origin)?.participants.has(id) === true,
    producer(id) {
      const found = shownProducer(state, id);
      return found === undefined ? undefined : { producer: found.value, origin: found.origin };
    },
    upsertParticipant: (init, origin = local) =>
      apply(origin, { kind: 'UpsertParticipant', participant: create(ParticipantSchema, init) }),
    removeParticipant: (participantId, reason, origin = local) =>
      apply(origin, { kind: 'RemoveParticipant', participantId, reason }),
    upsertProducer: (init, origin = local) =>
      apply(origin, { kind: 'UpsertProducer', producer: create(ProducerSchema, init) }),
    removeProducer: (producerId, origin = local) => apply(origin, { kind: 'RemoveProducer', producerId }),
    onChange: (listener) => subscribe(listeners, listener),
    get state() {
      return state;
    },
    apply,
    onTouched: (listener) => subscribe(touchListeners, listener),
  };
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
