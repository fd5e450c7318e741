/** Finds a node that takes the participant, and enters it there; a node that can't be reached or is full is avoided. */
import { RpcError } from '@parley/proto/rpc-error.js';
import { LeaveReason, type JoinResponse } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { inSpan, traceHeaders } from '@parley/process/tracing.js';
import type { Logger } from '@parley/process/log.js';
import { admits } from '../core/placement/admits.js';
import { formatAttachment, parseAttachment, type Attachment } from '../core/roster/attachment.js';
import type { RoomLease, Rooms } from '../nodes/rooms.js';
import { nodeLostAfterMs } from '../nodes/node-pulse.js';
import type { PlaceParticipant } from '../placement/place-participant.js';
import { limits } from '../protocol/limits.js';
import type { RtpCapabilities } from '../protocol/media-parameters.js';
import { RequestFailure } from '../request-failure.js';
import type { Seat } from '../tokens/tokens.js';

const maxNodesTried = 3;
const joinDeadlineMs = 2_000;

export interface Entrance {
  readonly seat: Seat;
  readonly rtpCapabilities: RtpCapabilities;
  /** Throw away what the node has of the participant. */
  readonly fresh: boolean;
  readonly avoidNodes: ReadonlySet<string>;
  /** Random, of this socket. */
  readonly connection: string;
}

export interface Entered {
  readonly topology: Topology;
  readonly lease: RoomLease;
  readonly joined: JoinResponse;
  readonly attachment: Attachment;
}

export interface EnterMeetingDeps {
  readonly place: PlaceParticipant;
  readonly rooms: Rooms;
  readonly signalingId: string;
  readonly log: Logger;
}

/** @throws RequestFailure MeetingFull, NoCapacity, Unavailable, MeetingEnded, MeetingNotFound. */
export async function enterMeeting(deps: EnterMeetingDeps, entrance: Entrance): Promise<Entered> {
  const { meetingId, participantId, region, node, viewer } = entrance.seat;
  const avoidNodes = new Set(entrance.avoidNodes);
  let refused = new RequestFailure('Unavailable', undefined, { retryAfterMs: 1_000 });
  for (let tried = 0; tried < maxNodesTried; tried += 1) {
    const { topology, placement } = await deps.place({
      meetingId,
      participantId,
      region,
      ...(viewer === true && { viewer }),
      preferredNode: node,
      fresh: entrance.fresh,
      avoidNodes,
    });
    // The same node again: there is no other.
    if (avoidNodes.has(placement.node) && !entrance.avoidNodes.has(placement.node)) break;
    const lease = deps.rooms.acquire(meetingId, placement);
    try {
      const joined = await inSpan('enter node', { 'parley.node': placement.node }, () =>
        joinNode(deps, lease, entrance),
      );
      await staysWithin(lease, topology, entrance);
      return { topology, lease, ...joined };
    } catch (error) {
      lease.release();
      refused = refusalOf(error);
      if (refused.code === 'MeetingFull') throw refused;
      deps.log.warn({ err: error, meetingId, participantId, node: placement.node }, 'node did not take a participant');
      avoidNodes.add(placement.node);
    }
  }
  throw refused;
}

/** Takes a participant out again who has gone before it was told that it got in; otherwise its node does so in time. */
export async function abandonEntry({ lease }: Entered, { meetingId, participantId }: Seat): Promise<void> {
  const request = { meetingId, participantId, reason: LeaveReason.LOST };
  await lease.room.media.leave(request, { deadlineMs: joinDeadlineMs }).catch(() => undefined);
  lease.release();
}

/** The node counts, too, but hears of joins on other nodes only after them. @throws RequestFailure MeetingFull */
async function staysWithin({ room }: RoomLease, topology: Topology, { seat }: Entrance): Promise<void> {
  const { meetingId, participantId } = seat;
  if (admits(room.view.roster.participants, participantId, topology.settings?.maxParticipants ?? 0)) return;
  const request = { meetingId, participantId, reason: LeaveReason.REMOVED };
  await room.media.leave(request, { deadlineMs: joinDeadlineMs, metadata: traceHeaders() });
  throw new RequestFailure('MeetingFull', undefined, { retryAfterMs: 5_000 });
}

async function joinNode(
  deps: EnterMeetingDeps,
  { room }: RoomLease,
  entrance: Entrance,
): Promise<Pick<Entered, 'joined' | 'attachment'>> {
  const { meetingId, participantId, name, viewer = false } = entrance.seat;
  const first: Attachment = { turn: 1, connection: entrance.connection };
  await room.ready(nodeLostAfterMs);
  const options = { deadlineMs: joinDeadlineMs, metadata: traceHeaders() };
  const joined = await room.media.join(
    {
      meetingId,
      signalingId: deps.signalingId,
      participant: {
        id: participantId,
        name,
        node: room.placement.node,
        region: room.placement.region,
        joinedAtMs: Date.now(),
        metadataJson: formatAttachment(first),
        viewer,
      },
      rtpCapabilitiesJson: JSON.stringify(entrance.rtpCapabilities),
      fresh: entrance.fresh,
      detachGraceMs: limits.resumeWithinMs,
    },
    options,
  );
  const present = joined.snapshot?.participants.find(({ id }) => id === participantId);
  if (present === undefined) throw new RpcError('INTERNAL', 'the node joined a participant that it does not list');
  room.view.learn({ ...present, name });
  const seen = parseAttachment(present.metadataJson);
  if (seen?.connection === entrance.connection) return { joined, attachment: seen };
  // It was here before: take the seat over from the socket that had it, wherever that is.
  const attachment = { turn: (seen?.turn ?? 0) + 1, connection: entrance.connection };
  await room.media.updateParticipant(
    { meetingId, participantId, name, metadataJson: formatAttachment(attachment) },
    options,
  );
  return { joined, attachment };
}

function refusalOf(error: unknown): RequestFailure {
  if (error instanceof RequestFailure) return error;
  const failure = RpcError.from(error);
  // It has not heard of the meeting yet, or its room was rebuilt just now.
  if (failure.code === 'FAILED_PRECONDITION' || failure.code === 'ABORTED')
    return new RequestFailure('Unavailable', undefined, { cause: failure, retryAfterMs: 1_000 });
  if (failure.code !== 'RESOURCE_EXHAUSTED') return RequestFailure.from(error);
  const code = failure.message.startsWith('MeetingFull') ? 'MeetingFull' : 'NoCapacity';
  return new RequestFailure(code, undefined, { cause: failure, retryAfterMs: 2_000 });
}
