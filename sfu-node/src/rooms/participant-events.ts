/** What happens to a participant's media objects, told to the roster, to the replica that speaks for it, and to relays. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { TransportDirection, type ConsumerEventSchema } from '@parley/proto/gen/parley/v1/media_pb.js';
import { consumedId, type ConsumerHandle } from './consumer-handle.js';
import type { LocalParticipant } from './local-participant.js';
import type { ParticipantMediaEvents } from './participant-media.js';
import { describeProducer, type ProducerHandle } from './producer-handle.js';
import type { Room } from './room.js';

type ConsumerEventBody = Exclude<MessageInitShape<typeof ConsumerEventSchema>['event'], undefined>;

export function participantEvents(room: Room, participant: LocalParticipant): ParticipantMediaEvents {
  return {
    transportChanged(direction, { iceState, dtlsState }): void {
      room.tell(participant, {
        case: 'transport',
        value: {
          participantId: participant.id,
          direction: direction === 'send' ? TransportDirection.SEND : TransportDirection.RECEIVE,
          iceState,
          dtlsState,
        },
      });
    },
    producerClosed(handle): void {
      room.roster.removeProducer(handle.producer.id);
    },
    consumerClosed(handle, byProducer): void {
      room.demand.remove(handle.producerId, handle);
      room.watchers.withdraw(layersKey(handle));
      room.watchers.withdraw(scoreKey(handle));
      if (byProducer) tellConsumer(room, participant, handle, { case: 'closed', value: true });
    },
  };
}

/** A new producer enters the roster, and its score is told from now on. */
export function onProducerMade(room: Room, participant: LocalParticipant, handle: ProducerHandle): void {
  room.roster.upsertProducer(describeProducer(handle, participant.id));
  if (handle.kind !== 'media') return;
  const { producer } = handle;
  if (producer.kind === 'video') room.firstLooks.begun(producer.id);
  producer.on('score', (scores) => {
    const score = Math.max(0, ...scores.map((encoding) => encoding.score));
    room.tellScore({ producerId: producer.id, score });
    room.relays.publishScore({ producerId: producer.id, score });
  });
}

/** Follows a new consumer: what its client must know of it, and what relays must know of its wishes. */
export function onConsumerMade(room: Room, participant: LocalParticipant, handle: ConsumerHandle): void {
  settleDemand(room, handle);
  const paused = (value: boolean): void => tellConsumer(room, participant, handle, { case: 'producerPaused', value });
  if (handle.kind === 'data') {
    handle.consumer.on('dataproducerpause', () => paused(true));
    handle.consumer.on('dataproducerresume', () => paused(false));
    return;
  }
  const { consumer } = handle;
  consumer.on('producerpause', () => paused(true));
  consumer.on('producerresume', () => paused(false));
  consumer.on('layerschange', (layers) => {
    const value = layers === undefined ? {} : { spatial: layers.spatialLayer, temporal: layers.temporalLayer };
    offerConsumer(room, participant, handle, { key: layersKey(handle), event: { case: 'layers', value } });
  });
  consumer.on('score', ({ score }) => {
    offerConsumer(room, participant, handle, { key: scoreKey(handle), event: { case: 'score', value: score } });
  });
}

/** Tells relays whether this consumer wants its producer's media now. */
export function settleDemand(room: Room, handle: ConsumerHandle): void {
  if (handle.consumer.closed || room.consumable(handle.producerId)?.remote !== true) return;
  room.demand.set(handle.producerId, handle, handle.consumer.paused);
}

/** Make before break: whoever consumes this copy of a remote producer is asked to consume the producer anew, and has both meanwhile. */
export function tellSuperseded(room: Room, localId: string): void {
  for (const participant of room.participants.values()) {
    for (const handle of participant.media?.consumers.values() ?? []) {
      if (consumedId(handle) === localId) tellConsumer(room, participant, handle, { case: 'superseded', value: true });
    }
  }
}

function tellConsumer(
  room: Room,
  participant: LocalParticipant,
  handle: ConsumerHandle,
  event: ConsumerEventBody,
): void {
  const value = { participantId: participant.id, consumerId: handle.id, event };
  room.tell(participant, { case: 'consumer', value });
}

function offerConsumer(
  room: Room,
  participant: LocalParticipant,
  handle: ConsumerHandle,
  what: { readonly key: string; readonly event: ConsumerEventBody },
): void {
  const value = { participantId: participant.id, consumerId: handle.id, event: what.event };
  room.watchers.offer(what.key, { case: 'consumer', value }, participant.signalingId);
}

function layersKey(handle: ConsumerHandle): string {
  return `layers:${handle.consumer.id}`;
}

function scoreKey(handle: ConsumerHandle): string {
  return `score:${handle.consumer.id}`;
}
