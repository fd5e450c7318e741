/** Entering, coming back and leaving. Joining is idempotent: it attaches to what is there, and makes what is missing. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  JoinRequest,
  Participant,
  JoinResponseSchema,
  LeaveReason,
  TransportSchema,
} from '@parley/proto/gen/parley/v1/media_pb.js';
import { LeaveReason as Reason } from '@parley/proto/gen/parley/v1/media_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import { refusedByMedia } from '@parley/relay/media/media-json.js';
import type { types } from 'mediasoup';
import { decideAdmission } from '../core/admission/decide-admission.js';
import { announceCandidates } from '../core/ice/announce-candidates.js';
import { describeConsumer } from './consumer-handle.js';
import { LocalParticipant, type ParticipantInit } from './local-participant.js';
import { participantEvents } from './participant-events.js';
import { ParticipantMedia } from './participant-media.js';
import { roomClosed, type Room } from './room.js';

export type JoinResponseInit = MessageInitShape<typeof JoinResponseSchema>;

const defaultGraceMs = 30_000;
const maxGraceMs = 300_000;

export async function joinRoom(room: Room, request: JoinRequest): Promise<JoinResponseInit> {
  const info = request.participant;
  if (info === undefined) throw new RpcError('INVALID_ARGUMENT', 'participant is missing');
  const capabilities =
    request.rtpCapabilitiesJson === ''
      ? undefined
      : room.services.mediaJson.rtpCapabilities(request.rtpCapabilitiesJson);
  const participant = room.participants.get(info.id) ?? admit(room, complete(room, info), capabilities);
  const graceMs = Math.min(request.detachGraceMs || defaultGraceMs, maxGraceMs);
  participant.attach(request.signalingId, graceMs, room.watchers.has(request.signalingId));
  return participant.inTurn(async () => {
    try {
      return await enter(room, participant, { fresh: request.fresh, capabilities });
    } catch (error) {
      // Only who never got in is taken out again.
      if (!room.roster.hasParticipant(participant.id)) room.remove(participant, Reason.LOST);
      throw error;
    }
  });
}

export function leaveRoom(room: Room, participantId: string, reason: LeaveReason): void {
  const participant = room.participants.get(participantId);
  if (participant !== undefined) room.remove(participant, reason === Reason.UNSPECIFIED ? Reason.LEFT : reason);
}

function complete(room: Room, info: Participant): ParticipantInit {
  return {
    ...info,
    node: room.services.nodeName,
    region: info.region || room.placement.region,
    joinedAtMs: info.joinedAtMs || room.services.nowMs(),
  };
}

/** Counts the participant in at once, before anything is awaited, so that joins at the same time can't pass a limit together. */
function admit(room: Room, info: ParticipantInit, capabilities: types.RtpCapabilities | undefined): LocalParticipant {
  if (capabilities === undefined) throw new RpcError('NOT_FOUND', `no participant ${info.id} in ${room.meetingId}`);
  const { usage, limits, metrics } = room.services;
  const refusal = decideAdmission({
    nodeParticipants: usage.participants,
    nodeCapacity: limits.participants,
    placementParticipants: room.participants.size,
    placementLimit: room.placement.participantLimit,
    meetingParticipants: room.othersThan(info.id),
    meetingLimit: room.topology.settings?.maxParticipants ?? 0,
  });
  if (refusal !== undefined) {
    metrics.refused(refusal);
    throw new RpcError('RESOURCE_EXHAUSTED', `${refusal}: no room for one more participant`);
  }
  const participant = new LocalParticipant({ info, onLost: (lost) => room.remove(lost, Reason.LOST) });
  room.participants.set(info.id, participant);
  usage.participants += 1;
  return participant;
}

interface Entry {
  readonly fresh: boolean;
  readonly capabilities: types.RtpCapabilities | undefined;
}

async function enter(room: Room, participant: LocalParticipant, entry: Entry): Promise<JoinResponseInit> {
  if (entry.fresh) participant.replaceMedia(undefined);
  const attached = participant.media !== undefined;
  if (entry.capabilities !== undefined && !attached) participant.rtpCapabilities = entry.capabilities;
  const media = participant.media ?? (await openMedia(room, participant));
  if (!room.roster.hasParticipant(participant.id)) {
    room.roster.upsertParticipant(participant.info);
    room.onChanged();
  }
  return {
    generation: room.generation,
    send: describeTransport(media.send, room),
    receive: describeTransport(media.receive, room),
    snapshot: room.snapshot(),
    ownProducerIds: [...media.producers.keys()],
    consumers: [...media.consumers.values()].map(describeConsumer),
    attached,
  };
}

async function openMedia(room: Room, participant: LocalParticipant): Promise<ParticipantMedia> {
  const roomMedia = await room.media();
  const deps = { usage: room.services.usage, events: participantEvents(room, participant) };
  const media = await ParticipantMedia.open(roomMedia, deps).catch((error: unknown) => {
    throw refusedByMedia(error);
  });
  if (participant.closed || media.closed) {
    media.close();
    if (room.closed) throw roomClosed(room.meetingId);
    throw new RpcError('ABORTED', `participant ${participant.id} left, or its room was rebuilt, while it joined`);
  }
  participant.replaceMedia(media);
  return media;
}

function describeTransport(transport: types.WebRtcTransport, room: Room): MessageInitShape<typeof TransportSchema> {
  const { announcedAddresses } = room.placement;
  const addresses = announcedAddresses.length > 0 ? announcedAddresses : room.services.ownAddresses;
  const candidates = announceCandidates(transport.iceCandidates, addresses);
  return {
    id: transport.id,
    iceParametersJson: JSON.stringify(transport.iceParameters),
    iceCandidatesJson: JSON.stringify(candidates),
    dtlsParametersJson: JSON.stringify(transport.dtlsParameters),
    sctpParametersJson: JSON.stringify(transport.sctpParameters),
  };
}
