/** Who is in a meeting and what they produce, each with its origin: this node, or the peer that announced it. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  ParticipantSchema,
  ProducerSchema,
  type LeaveReason,
  type Participant,
  type Producer,
} from '@parley/proto/gen/parley/v1/media_pb.js';

export const local = 'local';
/** `local`, or the name of the peer node whose relay announced it. */
export type Origin = string;

export type RosterChange =
  | { readonly case: 'participantJoined' | 'participantUpdated'; readonly value: Participant }
  | { readonly case: 'participantLeft'; readonly value: { participantId: string; reason: LeaveReason } }
  | { readonly case: 'producerAdded' | 'producerUpdated'; readonly value: Producer }
  | { readonly case: 'producerRemoved'; readonly value: { producerId: string } };

export interface RosterProducer {
  readonly producer: Producer;
  readonly origin: Origin;
}

export interface Roster {
  participants(): Participant[];
  producers(): Producer[];
  hasParticipant(id: string): boolean;
  producer(id: string): RosterProducer | undefined;
  upsertParticipant(participant: MessageInitShape<typeof ParticipantSchema>, origin?: Origin): void;
  /** Takes its producers out first. */
  removeParticipant(id: string, reason: LeaveReason): void;
  upsertProducer(producer: MessageInitShape<typeof ProducerSchema>, origin?: Origin): void;
  removeProducer(id: string): void;
  onChange(listener: (change: RosterChange, origin: Origin) => void): () => void;
}

export function createRoster(): Roster {
  const participants = new Map<string, { participant: Participant; origin: Origin }>();
  const producers = new Map<string, RosterProducer>();
  const listeners = new Set<(change: RosterChange, origin: Origin) => void>();
  const tell = (change: RosterChange, origin: Origin): void => {
    for (const listener of listeners) listener(change, origin);
  };
  const removeProducer = (id: string): void => {
    const entry = producers.get(id);
    if (entry === undefined) return;
    producers.delete(id);
    tell({ case: 'producerRemoved', value: { producerId: id } }, entry.origin);
  };
  return {
    participants: () => [...participants.values()].map(({ participant }) => participant),
    producers: () => [...producers.values()].map(({ producer }) => producer),
    hasParticipant: (id) => participants.has(id),
    producer: (id) => producers.get(id),
    upsertParticipant(init, origin = local): void {
      const participant = create(ParticipantSchema, init);
      const known = participants.has(participant.id);
      participants.set(participant.id, { participant, origin });
      tell({ case: known ? 'participantUpdated' : 'participantJoined', value: participant }, origin);
    },
    removeParticipant(id, reason): void {
      const entry = participants.get(id);
      if (entry === undefined) return;
      for (const { producer } of [...producers.values()])
        if (producer.participantId === id) removeProducer(producer.id);
      participants.delete(id);
      tell({ case: 'participantLeft', value: { participantId: id, reason } }, entry.origin);
    },
    upsertProducer(init, origin = local): void {
      const producer = create(ProducerSchema, init);
      const known = producers.has(producer.id);
      producers.set(producer.id, { producer, origin });
      tell({ case: known ? 'producerUpdated' : 'producerAdded', value: producer }, origin);
    },
    removeProducer,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
