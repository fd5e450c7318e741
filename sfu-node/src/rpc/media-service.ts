/** Media: what signaling asks of rooms. Requests are checked here; rooms/ does the work. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TransportDirection, type MediaService } from '@parley/proto/gen/parley/v1/media_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RpcHandlers } from '@parley/proto/rpc-server.js';
import { refusedByMedia } from '@parley/relay/media/media-json.js';
import { consume } from '../rooms/consume.js';
import { describeConsumer } from '../rooms/consumer-handle.js';
import { joinRoom, leaveRoom } from '../rooms/join.js';
import type { LocalParticipant } from '../rooms/local-participant.js';
import { onConsumerMade, onProducerMade } from '../rooms/participant-events.js';
import { produce } from '../rooms/produce.js';
import { describeProducer } from '../rooms/producer-handle.js';
import type { Room } from '../rooms/room.js';
import type { RoomRegistry } from '../rooms/room-registry.js';
import { updateConsumers, updateProducers } from '../rooms/update-media.js';
import { checkCount, checkIds, checkLength } from './check-request.js';

const beatIntervalMs = 500;
const maxNameBytes = 256;
const maxMetadataBytes = 4_096;
const maxSourceBytes = 128;
const maxItems = 200;
const maxUpdates = 1_000;

export function createMediaService(registry: RoomRegistry): RpcHandlers<typeof MediaService> {
  const find = (request: {
    meetingId: string;
    participantId: string;
  }): { room: Room; participant: LocalParticipant } => {
    const room = registry.require(request.meetingId);
    const participant = room.participants.get(request.participantId);
    if (participant !== undefined) return { room, participant };
    throw new RpcError('NOT_FOUND', `no participant ${request.participantId} in ${request.meetingId}`);
  };

  return {
    async *watchNode(_request, { signal }) {
      while (!signal.aborted) {
        yield {};
        await sleep(beatIntervalMs, undefined, { signal }).catch(() => undefined);
      }
    },

    async *watchRoom({ meetingId, signalingId }, { signal }) {
      checkIds({ signaling_id: signalingId });
      yield* registry.require(meetingId).watch(signalingId, signal);
    },

    async join(request) {
      checkIds({ signaling_id: request.signalingId, 'participant.id': request.participant?.id ?? '' });
      checkLength('participant.name', request.participant?.name ?? '', maxNameBytes);
      checkLength('participant.metadata_json', request.participant?.metadataJson ?? '', maxMetadataBytes);
      return joinRoom(registry.require(request.meetingId), request);
    },

    async leave({ meetingId, participantId, reason }) {
      const room = registry.rooms.get(meetingId);
      if (room !== undefined) leaveRoom(room, participantId, reason);
      return Promise.resolve({});
    },

    async updateParticipant(request) {
      checkLength('name', request.name, maxNameBytes);
      checkLength('metadata_json', request.metadataJson, maxMetadataBytes);
      const { room, participant } = find(request);
      participant.info = {
        ...participant.info,
        ...(request.name !== '' && { name: request.name }),
        ...(request.metadataJson !== '' && { metadataJson: request.metadataJson }),
      };
      if (room.roster.hasParticipant(participant.id)) room.roster.upsertParticipant(participant.info);
      return Promise.resolve({});
    },

    async connectTransport(request) {
      const { room, participant } = find(request);
      const transport = participant.requireMedia().transport(directionOf(request.direction));
      const dtlsParameters = room.services.mediaJson.dtlsParameters(request.dtlsParametersJson);
      // mediasoup refuses a second connect; a repeated call finds it done. Its DTLS state says nothing of that: the handshake begins
      // with the client's first packets, which may come before this call does.
      if (transport.appData['connected'] !== true) {
        transport.appData['connected'] = true;
        await transport.connect({ dtlsParameters }).catch((error: unknown) => {
          transport.appData['connected'] = false;
          throw refusedByMedia(error);
        });
      }
      return {};
    },

    async restartIce(request) {
      const { participant } = find(request);
      const transport = participant.requireMedia().transport(directionOf(request.direction));
      const iceParameters = await transport.restartIce().catch((error: unknown) => {
        throw refusedByMedia(error);
      });
      return { iceParametersJson: JSON.stringify(iceParameters) };
    },

    async produce(request) {
      checkIds({ producer_id: request.producerId });
      checkLength('source', request.source, maxSourceBytes);
      checkLength('protocol', request.protocol, maxSourceBytes);
      const { room, participant } = find(request);
      const handle = await produce(participant, request, {
        mediaJson: room.services.mediaJson,
        maxProducers: room.services.limits.producersPerParticipant,
        making: room.producing,
        taken: (producerId) => room.roster.producer(producerId) !== undefined,
        onMade: (made) => onProducerMade(room, participant, made),
      });
      return { producer: describeProducer(handle, participant.id) };
    },

    async updateProducers(request) {
      checkCount('updates', request.updates, maxUpdates);
      const { room, participant } = find(request);
      await updateProducers(room, participant, request.updates);
      return {};
    },

    async consume(request) {
      checkCount('items', request.items, maxItems);
      for (const item of request.items) checkIds({ consumer_id: item.consumerId });
      const { room, participant } = find(request);
      const { usage, limits } = room.services;
      const deps = {
        usage,
        nodeCapacity: limits.consumers,
        maxConsumers: limits.consumersPerParticipant,
        making: room.consuming,
        find: (producerId: string) => room.consumable(producerId),
        ensureLocal: (producerId: string, signal: AbortSignal) => room.relays.ensureLocal(producerId, signal),
        demand: room.demand,
        onMade: onConsumerMade.bind(undefined, room, participant),
      };
      const outcomes = await Promise.all(request.items.map((item) => consume(participant, item, deps)));
      return {
        results: outcomes.map((outcome, index) => ({
          producerId: request.items[index]?.producerId ?? '',
          outcome:
            outcome.kind === 'Consumer'
              ? { case: 'consumer' as const, value: describeConsumer(outcome.handle) }
              : { case: 'error' as const, value: outcome.error },
        })),
      };
    },

    async updateConsumers(request) {
      checkCount('updates', request.updates, maxUpdates);
      const { room, participant } = find(request);
      return { missingConsumerIds: await updateConsumers(room, participant, request.updates) };
    },
  };
}

function directionOf(direction: TransportDirection): 'send' | 'receive' {
  switch (direction) {
    case TransportDirection.SEND:
      return 'send';
    case TransportDirection.RECEIVE:
      return 'receive';
    case TransportDirection.UNSPECIFIED:
      throw new RpcError('INVALID_ARGUMENT', 'direction must be send or receive');
  }
}
