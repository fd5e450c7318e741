/** What a node's events say of a room, and who is told. An event for everybody becomes JSON once. */
import type { Participant, RoomEvent, RoomSnapshot } from '@parley/proto/gen/parley/v1/media_pb.js';
import { parseAttachment } from '../core/roster/attachment.js';
import {
  applyRosterEvents,
  emptyRoster,
  participantOfEvent,
  planRosterEvents,
  type Roster,
  type RosterReport,
} from '../core/roster/roster.js';
import type { RtpCapabilities } from '../protocol/media-parameters.js';
import type { EndReason, MediaResetReason, Participant as ClientParticipant } from '../protocol/roster.js';
import type { ServerEvent } from '../protocol/server-messages.js';
import { parseEndReason } from '../topology/end-reason.js';
import {
  activeSpeakerOf,
  consumerEventOf,
  leaveReasonOf,
  participantOf,
  producerOf,
  rtpCapabilitiesOf,
  snapshotReport,
  transportEventOf,
} from './media-messages.js';
import type { RoomMember } from './room-member.js';

export interface RoomView {
  readonly roster: Roster;
  /** Whom a client is told of: everybody but viewers, and itself. */
  shownTo(participantId: string): readonly ClientParticipant[];
  /** Undefined until the first snapshot. */
  readonly capabilities: RtpCapabilities | undefined;
  readonly members: number;
  isMember(participantId: string): boolean;
  /** So many of those on the node stay, the others are to migrate; undefined: nobody is to. */
  staying: number | undefined;
  isToLeave(participantId: string): boolean;
  /** Whether the meeting is being recorded; everybody is told when that changes. */
  recording: RecordingState;
  participantsByNode(): ReadonlyMap<string, number>;
  /** Undefined: not in the meeting, as far as is known. */
  nodeOf(participantId: string): string | undefined;
  /** Returns what ends the membership. */
  attach(member: RoomMember): () => void;
  take(event: RoomEvent): void;
  /** Takes in who a call told of before the stream did. */
  learn(participant: Participant): void;
  /** Takes in what a call told before the stream did. */
  report(report: RosterReport): void;
  reset(reason: MediaResetReason, generation?: number): void;
  ended(reason: EndReason): void;
}

export interface RecordingState {
  readonly recording: boolean;
  /** People are to hear of it, too. */
  readonly aloud: boolean;
}

/** Migrations out of one room begin so far apart: the node that they go to takes them as joins. */
const migrationSpacingMs = 50;

/** @param node whose room it is. */
export function createRoomView(node: string): RoomView {
  const members = new Set<RoomMember>();
  const nodeOf = new Map<string, string>();
  /** Nobody is told of them but themselves: a webinar may have thousands. */
  const viewers = new Set<string>();
  let roster = emptyRoster;
  let capabilities: RtpCapabilities | undefined;
  let staying: number | undefined;
  let recording: RecordingState = { recording: false, aloud: false };
  /** Who was told to migrate since it was last called off. */
  const told = new Set<string>();

  const each = (act: (member: RoomMember) => void): void => {
    for (const member of [...members]) act(member);
  };
  const tell = (participantId: string, act: (member: RoomMember) => void): void => {
    each((member) => {
      if (member.participantId === participantId) act(member);
    });
  };
  const broadcast = (event: ServerEvent): void => {
    const json = JSON.stringify(event);
    each((member) => member.onBroadcast(json));
  };
  const report = (news: RosterReport): void => {
    const events = planRosterEvents(roster, news);
    roster = applyRosterEvents(roster, events);
    for (const event of events) if (!viewers.has(participantOfEvent(event) ?? '')) broadcast(event);
  };
  const reset = (reason: MediaResetReason, generation?: number): void => {
    each((member) => member.onReset(reason, generation));
  };
  const ended = (reason: EndReason): void => {
    each((member) => member.onEnded(reason));
  };

  /** Everybody who watches the room finds the same: the lowest ids stay. */
  const isToLeave = (participantId: string): boolean => {
    if (staying === undefined || staying === 0) return staying === 0;
    if (nodeOf.get(participantId) !== node) return false;
    let before = 0;
    for (const [id, holder] of nodeOf) if (holder === node && id < participantId) before += 1;
    return before >= staying;
  };
  const callAway = (): void => {
    const called = [...members].filter(({ participantId }) => isToLeave(participantId) && !told.has(participantId));
    called.forEach((member, index) => {
      told.add(member.participantId);
      member.onDraining(index * migrationSpacingMs);
    });
  };

  const noteRole = ({ id, viewer }: Participant): void => {
    if (viewer) viewers.add(id);
    else viewers.delete(id);
  };
  const learn = (participant: Participant): void => {
    noteRole(participant);
    report({ type: 'participant', participant: participantOf(participant) });
  };

  const takeSnapshot = (snapshot: RoomSnapshot, generation: number): void => {
    const here = new Map(snapshot.participants.map((participant) => [participant.id, participant]));
    nodeOf.clear();
    for (const participant of snapshot.participants) {
      nodeOf.set(participant.id, participant.node);
      noteRole(participant);
    }
    report(snapshotReport(snapshot));
    for (const id of viewers) if (!here.has(id)) viewers.delete(id);
    capabilities = rtpCapabilitiesOf(snapshot.routerRtpCapabilitiesJson);
    each((member) => {
      const present = here.get(member.participantId);
      if (present?.node === node) member.onAttachment(parseAttachment(present.metadataJson));
      else member.onReset('ParticipantGone', generation);
    });
  };
  const takeParticipant = (participant: Participant): void => {
    nodeOf.set(participant.id, participant.node);
    learn(participant);
    if (participant.node !== node) return;
    tell(participant.id, (member) => member.onAttachment(parseAttachment(participant.metadataJson)));
  };

  /** Who is in the room and what they send. */
  const takeRosterEvent = ({ event }: RoomEvent): void => {
    switch (event.case) {
      case 'participantJoined':
      case 'participantUpdated':
        takeParticipant(event.value);
        break;
      case 'participantLeft': {
        const { participantId } = event.value;
        const reason = leaveReasonOf(event.value.reason);
        nodeOf.delete(participantId);
        report({ type: 'participantLeft', participantId, reason });
        viewers.delete(participantId);
        tell(participantId, (member) => member.onLeft(reason));
        break;
      }
      case 'producerAdded':
      case 'producerUpdated':
        report({ type: 'producer', producer: producerOf(event.value) });
        break;
      case 'producerRemoved':
        report({ type: 'producerRemoved', producerId: event.value.producerId });
        break;
      case 'activeSpeaker':
        report({ type: 'activeSpeaker', ...activeSpeakerOf(event.value) });
        break;
      default:
        break;
    }
  };
  /** What concerns one participant's own media, or the room as a whole. */
  const takeMediaEvent = ({ event, generation }: RoomEvent): void => {
    switch (event.case) {
      case 'snapshot':
        takeSnapshot(event.value, generation);
        break;
      case 'consumer': {
        const translated = consumerEventOf(event.value);
        if (translated !== undefined) tell(event.value.participantId, (member) => member.onEvent(translated));
        break;
      }
      case 'transport': {
        const translated = transportEventOf(event.value);
        tell(event.value.participantId, (member) => member.onEvent(translated));
        break;
      }
      case 'producerScore': {
        const { producerId, score } = event.value;
        const owner = roster.producers.get(producerId)?.participantId;
        if (owner !== undefined) tell(owner, (member) => member.onEvent({ type: 'producerScore', producerId, score }));
        break;
      }
      case 'mediaReset':
        reset('RoomRebuilt', generation);
        break;
      case 'closed':
        if (event.value.reason === 'Moved') reset('Moved');
        else ended(parseEndReason(event.value.reason));
        break;
      default:
        break;
    }
  };

  return {
    shownTo: (participantId) =>
      [...roster.participants.values()].filter(({ id }) => id === participantId || !viewers.has(id)),
    learn,
    get roster() {
      return roster;
    },
    get capabilities() {
      return capabilities;
    },
    get members() {
      return members.size;
    },
    isMember: (participantId) => [...members].some((member) => member.participantId === participantId),
    get staying() {
      return staying;
    },
    set staying(now) {
      if (now === staying) return;
      staying = now;
      if (now === undefined) told.clear();
      callAway();
    },
    isToLeave,
    get recording() {
      return recording;
    },
    set recording(now) {
      const hasChanged = now.recording !== recording.recording;
      recording = now;
      if (hasChanged) broadcast({ type: 'recording', ...now });
    },
    participantsByNode: () => {
      const counts = new Map<string, number>();
      for (const holder of nodeOf.values()) counts.set(holder, (counts.get(holder) ?? 0) + 1);
      return counts;
    },
    nodeOf: (participantId) => nodeOf.get(participantId),
    attach: (member) => {
      members.add(member);
      if (isToLeave(member.participantId)) {
        told.add(member.participantId);
        member.onDraining(migrationSpacingMs);
      }
      return () => members.delete(member);
    },
    take: (event) => {
      takeRosterEvent(event);
      takeMediaEvent(event);
    },
    report,
    reset,
    ended,
  };
}
