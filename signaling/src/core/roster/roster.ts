/** Who is in a room, as clients see it, and the events that bring a client from one state to the next. */
import type { ServerEvent } from '../../protocol/server-messages.js';
import type { ActiveSpeaker, Participant, Producer } from '../../protocol/roster.js';

export interface Roster {
  readonly participants: ReadonlyMap<string, Participant>;
  readonly producers: ReadonlyMap<string, Producer>;
  readonly activeSpeaker: ActiveSpeaker;
}

export const emptyRoster: Roster = {
  participants: new Map(),
  producers: new Map(),
  activeSpeaker: { participantId: null, levels: [] },
};

/** What a node reported; a snapshot replaces everything. */
export type RosterReport =
  | {
      readonly type: 'snapshot';
      readonly participants: readonly Participant[];
      readonly producers: readonly Producer[];
      readonly activeSpeaker: ActiveSpeaker;
    }
  | { readonly type: 'participant'; readonly participant: Participant }
  | Extract<ServerEvent, { type: 'participantLeft' | 'producerRemoved' | 'activeSpeaker' }>
  | { readonly type: 'producer'; readonly producer: Producer };

export type RosterEvent = Extract<
  ServerEvent,
  {
    type:
      | 'participantJoined'
      | 'participantUpdated'
      | 'participantLeft'
      | 'producerAdded'
      | 'producerUpdated'
      | 'producerRemoved'
      | 'activeSpeaker';
  }
>;

/** Events for a client that knows `roster`; none when the report says nothing new. */
export function planRosterEvents(roster: Roster, report: RosterReport): readonly RosterEvent[] {
  switch (report.type) {
    case 'snapshot':
      return planSnapshotEvents(roster, report);
    case 'participant':
      return upsertParticipant(roster, report.participant);
    case 'producer':
      return upsertProducer(roster, report.producer);
    case 'participantLeft':
      return removeParticipant(roster, report);
    case 'producerRemoved':
      return roster.producers.has(report.producerId) ? [report] : [];
    case 'activeSpeaker':
      return [report];
  }
}

/** Whom an event of people is about; undefined for one of what they send. */
export function participantOfEvent(event: RosterEvent): string | undefined {
  switch (event.type) {
    case 'participantJoined':
    case 'participantUpdated':
      return event.participant.id;
    case 'participantLeft':
      return event.participantId;
    default:
      return undefined;
  }
}

function planSnapshotEvents(
  roster: Roster,
  report: Extract<RosterReport, { type: 'snapshot' }>,
): readonly RosterEvent[] {
  const participantIds = new Set(report.participants.map(({ id }) => id));
  const producerIds = new Set(report.producers.map(({ id }) => id));
  const gone = [...roster.participants.keys()].filter((id) => !participantIds.has(id));
  const removed = [...roster.producers.values()].filter(
    ({ id, participantId }) => !producerIds.has(id) && participantIds.has(participantId),
  );
  const speaker = report.activeSpeaker;
  return [
    ...gone.flatMap((participantId) =>
      removeParticipant(roster, { type: 'participantLeft', participantId, reason: 'Left' }),
    ),
    ...removed.map(({ id }): RosterEvent => ({ type: 'producerRemoved', producerId: id })),
    ...report.participants.flatMap((participant) => upsertParticipant(roster, participant)),
    ...report.producers.flatMap((producer) => upsertProducer(roster, producer)),
    ...(speaker.participantId === roster.activeSpeaker.participantId
      ? []
      : [{ type: 'activeSpeaker' as const, ...speaker }]),
  ];
}

function upsertParticipant(roster: Roster, participant: Participant): readonly RosterEvent[] {
  const known = roster.participants.get(participant.id);
  if (known === undefined) return [{ type: 'participantJoined', participant }];
  const same =
    known.name === participant.name &&
    known.region === participant.region &&
    known.joinedAtMs === participant.joinedAtMs;
  return same ? [] : [{ type: 'participantUpdated', participant }];
}

function upsertProducer(roster: Roster, producer: Producer): readonly RosterEvent[] {
  const known = roster.producers.get(producer.id);
  if (known === undefined) return [{ type: 'producerAdded', producer }];
  const same =
    known.paused === producer.paused && known.layered === producer.layered && known.source === producer.source;
  return same ? [] : [{ type: 'producerUpdated', producer }];
}

function removeParticipant(
  roster: Roster,
  report: Extract<RosterEvent, { type: 'participantLeft' }>,
): readonly RosterEvent[] {
  const producers = [...roster.producers.values()].filter(
    ({ participantId }) => participantId === report.participantId,
  );
  return [
    ...producers.map(({ id }): RosterEvent => ({ type: 'producerRemoved', producerId: id })),
    ...(roster.participants.has(report.participantId) ? [report] : []),
  ];
}

/** The roster of a client that has seen the events. */
export function applyRosterEvents(roster: Roster, events: readonly RosterEvent[]): Roster {
  if (events.length === 0) return roster;
  const participants = new Map(roster.participants);
  const producers = new Map(roster.producers);
  let activeSpeaker = roster.activeSpeaker;
  for (const event of events) {
    switch (event.type) {
      case 'participantJoined':
      case 'participantUpdated':
        participants.set(event.participant.id, event.participant);
        break;
      case 'participantLeft':
        participants.delete(event.participantId);
        break;
      case 'producerAdded':
      case 'producerUpdated':
        producers.set(event.producer.id, event.producer);
        break;
      case 'producerRemoved':
        producers.delete(event.producerId);
        break;
      case 'activeSpeaker':
        activeSpeaker = { participantId: event.participantId, levels: event.levels };
        break;
    }
  }
  return { participants, producers, activeSpeaker };
}
