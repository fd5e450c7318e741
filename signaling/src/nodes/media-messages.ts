/** From a node's messages to the client protocol's. mediasoup's structures pass through as the node wrote them. */
import {
  LeaveReason,
  MediaKind,
  type ActiveSpeaker,
  type Consumer,
  type ConsumerEvent,
  type Participant,
  type Producer,
  type RoomSnapshot,
  type Transport,
  type TransportEvent,
  TransportDirection,
} from '@parley/proto/gen/parley/v1/media_pb.js';
import type { RosterReport } from '../core/roster/roster.js';
import type { RtpCapabilities, TransportOptions } from '../protocol/media-parameters.js';
import type * as client from '../protocol/roster.js';
import type { Consumer as ClientConsumer } from '../protocol/responses.js';
import type { ServerEvent } from '../protocol/server-messages.js';

const kinds: Record<MediaKind, client.Producer['kind']> = {
  [MediaKind.UNSPECIFIED]: 'data',
  [MediaKind.AUDIO]: 'audio',
  [MediaKind.VIDEO]: 'video',
  [MediaKind.DATA]: 'data',
};

const leaveReasons: Record<LeaveReason, client.LeaveReason> = {
  [LeaveReason.UNSPECIFIED]: 'Left',
  [LeaveReason.LEFT]: 'Left',
  [LeaveReason.LOST]: 'Lost',
  [LeaveReason.REMOVED]: 'Removed',
  [LeaveReason.ROOM_CLOSED]: 'RoomClosed',
  [LeaveReason.NODE_LOST]: 'NodeLost',
};

export function leaveReasonOf(reason: LeaveReason): client.LeaveReason {
  return leaveReasons[reason];
}

export function participantOf(participant: Participant): client.Participant {
  const { id, name, region, joinedAtMs } = participant;
  return { id, name, region, joinedAtMs };
}

export function producerOf(producer: Producer): client.Producer {
  const { id, participantId, source, paused, layered, mimeType } = producer;
  return { id, participantId, kind: kinds[producer.kind], source, paused, layered, mimeType };
}

export function activeSpeakerOf(speaker: ActiveSpeaker | undefined): client.ActiveSpeaker {
  return {
    participantId: speaker === undefined || speaker.participantId === '' ? null : speaker.participantId,
    levels: (speaker?.levels ?? []).map(({ participantId, dbov }) => ({ participantId, dbov })),
  };
}

export function snapshotReport(snapshot: RoomSnapshot): Extract<RosterReport, { type: 'snapshot' }> {
  return {
    type: 'snapshot',
    participants: snapshot.participants.map(participantOf),
    producers: snapshot.producers.map(producerOf),
    activeSpeaker: activeSpeakerOf(snapshot.activeSpeaker),
  };
}

/** The node is trusted: it writes what mediasoup made. */
export function parseNodeJson(json: string): unknown {
  return JSON.parse(json) as unknown;
}

export function rtpCapabilitiesOf(json: string): RtpCapabilities {
  return parseNodeJson(json) as RtpCapabilities;
}

export function transportOptionsOf(transport: Transport): TransportOptions {
  return {
    id: transport.id,
    iceParameters: parseNodeJson(transport.iceParametersJson),
    iceCandidates: parseNodeJson(transport.iceCandidatesJson),
    dtlsParameters: parseNodeJson(transport.dtlsParametersJson),
    ...(transport.sctpParametersJson !== '' && { sctpParameters: parseNodeJson(transport.sctpParametersJson) }),
  } as TransportOptions;
}

export function consumerOf(consumer: Consumer): ClientConsumer {
  const { id, producerId, participantId, source, paused, producerPaused, type } = consumer;
  return {
    ...{ id, producerId, participantId, kind: kinds[consumer.kind], source, paused, producerPaused, type },
    ...(consumer.rtpParametersJson !== '' && { rtpParameters: parseNodeJson(consumer.rtpParametersJson) }),
    ...(consumer.sctpStreamParametersJson !== '' && {
      sctpStreamParameters: parseNodeJson(consumer.sctpStreamParametersJson),
    }),
    ...(kinds[consumer.kind] === 'data' && { label: consumer.label, protocol: consumer.protocol }),
  } as ClientConsumer;
}

/** Undefined for what clients need not know. */
export function consumerEventOf({ consumerId, event }: ConsumerEvent): ServerEvent | undefined {
  switch (event.case) {
    case 'closed':
      return { type: 'consumerClosed', consumerId };
    case 'producerPaused':
      return { type: 'consumerProducerPaused', consumerId, paused: event.value };
    case 'layers': {
      const { spatial, temporal } = event.value;
      const layers = spatial === undefined ? null : { spatial, ...(temporal !== undefined && { temporal }) };
      return { type: 'consumerLayersChanged', consumerId, layers };
    }
    case 'score':
      return { type: 'consumerScore', consumerId, score: event.value };
    case 'superseded':
      return { type: 'consumerSuperseded', consumerId };
    case undefined:
      return undefined;
  }
}

export function transportEventOf(event: TransportEvent): ServerEvent {
  return {
    type: 'transportState',
    direction: event.direction === TransportDirection.SEND ? 'send' : 'receive',
    iceState: event.iceState,
    dtlsState: event.dtlsState,
  };
}
