/** One meeting on one node, and the calls that signaling makes for its participants. */
import {
  MediaKind,
  type ConsumeResponse,
  type JoinResponse,
  type ProduceResponse,
} from '@parley/proto/gen/parley/v1/media_pb.js';
import { clientCapabilities, opusParameters, vp8Parameters } from './media-fixtures.js';
import { watchRoom, type RoomStream } from './room-stream.js';
import { soon, type TestNode } from './test-node.js';
import { aTopology, type TopologyInit } from './topologies.js';

export interface JoinChange {
  readonly signalingId?: string;
  readonly participant?: { readonly id: string; readonly metadataJson?: string };
  readonly rtpCapabilitiesJson?: string;
  readonly fresh?: boolean;
  readonly detachGraceMs?: number;
}

export interface TestMeeting {
  readonly meetingId: string;
  apply(change?: TopologyInit): Promise<void>;
  watch(signalingId?: string): RoomStream;
  join(id: string, change?: JoinChange): Promise<JoinResponse>;
  produceCamera(participantId: string, producerId: string): Promise<ProduceResponse>;
  produceMicrophone(participantId: string, producerId: string): Promise<ProduceResponse>;
  /** Under ids made of the participant's and the producer's. */
  consume(participantId: string, ...producerIds: string[]): Promise<ConsumeResponse>;
  leave(participantId: string): Promise<void>;
  close(): void;
}

let meetings = 0;

/** Places a new meeting on the node. */
export async function startTestMeeting(
  node: TestNode,
  change: TopologyInit = {},
  nodes = [node.name],
): Promise<TestMeeting> {
  meetings += 1;
  const meetingId = change.meetingId ?? `meeting-${meetings}`;
  const streams: RoomStream[] = [];
  const { media } = node;
  const apply = async (next: TopologyInit = {}): Promise<void> => {
    await node.control.applyTopology({ topology: aTopology({ meetingId, ...next }, nodes) }, soon);
  };
  await apply(change);
  return {
    meetingId,
    apply,
    watch(signalingId = 's1'): RoomStream {
      const stream = watchRoom(media, meetingId, signalingId);
      streams.push(stream);
      return stream;
    },
    join: (id, next = {}) =>
      media.join(
        {
          meetingId,
          signalingId: 's1',
          participant: { id, name: id.toUpperCase(), region: 'eu', joinedAtMs: 1 },
          rtpCapabilitiesJson: clientCapabilities,
          ...next,
        },
        soon,
      ),
    produceCamera: (participantId, producerId) =>
      media.produce(
        {
          meetingId,
          participantId,
          producerId,
          kind: MediaKind.VIDEO,
          source: 'camera',
          rtpParametersJson: JSON.stringify(vp8Parameters()),
        },
        soon,
      ),
    produceMicrophone: (participantId, producerId) =>
      media.produce(
        {
          meetingId,
          participantId,
          producerId,
          kind: MediaKind.AUDIO,
          source: 'microphone',
          rtpParametersJson: JSON.stringify(opusParameters()),
        },
        soon,
      ),
    consume: (participantId, ...producerIds) =>
      media.consume(
        {
          meetingId,
          participantId,
          items: producerIds.map((producerId) => ({ producerId, consumerId: `${participantId}-${producerId}` })),
        },
        soon,
      ),
    async leave(participantId): Promise<void> {
      await media.leave({ meetingId, participantId }, soon);
    },
    close(): void {
      for (const stream of streams.splice(0)) stream.stop();
    },
  };
}
