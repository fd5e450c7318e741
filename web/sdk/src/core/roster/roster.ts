/** Who is in the meeting and what they send: a value, replaced with every event. */
import type { Participant, Producer } from '@parley/signaling/protocol/roster.js';
import type { ServerEvent } from '@parley/signaling/protocol/server-messages.js';

export interface Roster {
  readonly participants: ReadonlyMap<string, Participant>;
  readonly producers: ReadonlyMap<string, Producer>;
}

export function buildRoster(participants: readonly Participant[], producers: readonly Producer[]): Roster {
  return {
    participants: new Map(participants.map((participant) => [participant.id, participant])),
    producers: new Map(producers.map((producer) => [producer.id, producer])),
  };
}

function put<T extends { readonly id: string }>(map: ReadonlyMap<string, T>, value: T): Map<string, T> {
  return new Map(map).set(value.id, value);
}

function without<T>(map: ReadonlyMap<string, T>, drop: (value: T, id: string) => boolean): Map<string, T> {
  return new Map([...map].filter(([id, value]) => !drop(value, id)));
}

/** The same roster when the event is none of its concern. */
export function applyRosterEvent(roster: Roster, event: ServerEvent): Roster {
  const { participants, producers } = roster;
  switch (event.type) {
    case 'participantJoined':
    case 'participantUpdated':
      return { producers, participants: put(participants, event.participant) };
    case 'participantLeft':
      return {
        participants: without(participants, (_, id) => id === event.participantId),
        producers: without(producers, (producer) => producer.participantId === event.participantId),
      };
    case 'producerAdded':
    case 'producerUpdated':
      return { participants, producers: put(producers, event.producer) };
    case 'producerRemoved':
      return { participants, producers: without(producers, (_, id) => id === event.producerId) };
    default:
      return roster;
  }
}

export type RosterChange =
  | { readonly kind: 'ParticipantJoined'; readonly participant: Participant }
  | { readonly kind: 'ParticipantUpdated'; readonly participant: Participant }
  | { readonly kind: 'ParticipantLeft'; readonly participant: Participant }
  | { readonly kind: 'ProducerAdded'; readonly producer: Producer }
  | { readonly kind: 'ProducerUpdated'; readonly producer: Producer }
  | { readonly kind: 'ProducerRemoved'; readonly producer: Producer };

const sameParticipant = (a: Participant, b: Participant): boolean => a.name === b.name && a.region === b.region;
const sameProducer = (a: Producer, b: Producer): boolean => a.paused === b.paused && a.layered === b.layered;

/** What happened between two rosters: after an event, or while the socket was away. */
export function diffRosters(before: Roster, after: Roster): RosterChange[] {
  const changes: RosterChange[] = [];
  for (const [id, producer] of before.producers) {
    if (!after.producers.has(id)) changes.push({ kind: 'ProducerRemoved', producer });
  }
  for (const [id, participant] of before.participants) {
    if (!after.participants.has(id)) changes.push({ kind: 'ParticipantLeft', participant });
  }
  for (const [id, participant] of after.participants) {
    const known = before.participants.get(id);
    if (known === undefined) changes.push({ kind: 'ParticipantJoined', participant });
    else if (!sameParticipant(known, participant)) changes.push({ kind: 'ParticipantUpdated', participant });
  }
  for (const [id, producer] of after.producers) {
    const known = before.producers.get(id);
    if (known === undefined) changes.push({ kind: 'ProducerAdded', producer });
    else if (!sameProducer(known, producer)) changes.push({ kind: 'ProducerUpdated', producer });
  }
  return changes;
}

/** In the order of joining, the same for everybody. */
export function orderedParticipants(roster: Roster): Participant[] {
  return [...roster.participants.values()].sort((a, b) => a.joinedAtMs - b.joinedAtMs || (a.id < b.id ? -1 : 1));
}
