/** A node's Media service in memory, over real gRPC: what signaling can see of a node, without media. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  LeaveReason,
  MediaKind,
  MediaService,
  type ConsumerSchema,
  type ParticipantSchema,
  type ProducerSchema,
  type RoomEventSchema,
  type RoomSnapshotSchema,
  type TransportSchema,
} from '@parley/proto/gen/parley/v1/media_pb.js';
import { createMessageQueue, type MessageQueue } from '@parley/proto/message-queue.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import { rpcService, startRpcServer, type RpcServer } from '@parley/proto/rpc-server.js';
import { insecureCredentials } from '@parley/proto/tls.js';

type EventInit = MessageInitShape<typeof RoomEventSchema>;
type RoomChange = NonNullable<EventInit['event']>;

interface Seat {
  info: MessageInitShape<typeof ParticipantSchema> & { id: string };
  signalingId: string;
  send: MessageInitShape<typeof TransportSchema>;
  receive: MessageInitShape<typeof TransportSchema>;
  readonly connected: Set<number>;
  readonly producers: Map<string, MessageInitShape<typeof ProducerSchema> & { id: string }>;
  readonly consumers: Map<string, MessageInitShape<typeof ConsumerSchema> & { id: string; producerId: string }>;
  detached?: NodeJS.Timeout | undefined;
  graceMs: number;
}

interface Room {
  generation: number;
  readonly seats: Map<string, Seat>;
  readonly watchers: Map<string, MessageQueue<EventInit>>;
}

export interface FakeNode {
  readonly name: string;
  readonly address: string;
  /** Calls in the order in which they came, such as `join` or `updateConsumers`. */
  readonly calls: string[];
  /** Meetings that it has no topology of. */
  readonly unplaced: Set<string>;
  /** W3C trace context that calls came with, by method. */
  readonly traces: Map<string, string>;
  seat(meetingId: string, participantId: string): Seat | undefined;
  participants(meetingId: string): readonly string[];
  watchers(meetingId: string): number;
  /** Its router died: all media is gone, the participants are not. */
  rebuild(meetingId: string): void;
  /** Every replica's stream of the room fails. */
  breakStreams(meetingId: string): void;
  emit(meetingId: string, event: RoomChange): void;
  /** Says nothing and answers nothing from now on, and closes nothing. */
  hang(): void;
  /** Says and answers again, what it was asked meanwhile aside. */
  goOn(): void;
  /** As if its process were killed. */
  stop(): Promise<void>;
  /** Starts again on the same port, empty. */
  restart(): Promise<void>;
}

export interface FakeNodeOptions {
  readonly name: string;
  readonly region: string;
  readonly participantLimit?: number;
}

const beatIntervalMs = 500;

export const fakeRouterCapabilities = {
  codecs: [
    { kind: 'audio', mimeType: 'audio/opus', preferredPayloadType: 100, clockRate: 48_000, channels: 2 },
    { kind: 'video', mimeType: 'video/VP8', preferredPayloadType: 101, clockRate: 90_000 },
  ],
  headerExtensions: [],
};

export async function startFakeNode(options: FakeNodeOptions): Promise<FakeNode> {
  const rooms = new Map<string, Room>();
  const calls: string[] = [];
  const unplaced = new Set<string>();
  let hanging = false;
  const limit = options.participantLimit ?? 100;
  const traces = new Map<string, string>();

  const roomOf = (meetingId: string): Room => {
    const room = rooms.get(meetingId) ?? { generation: 1, seats: new Map(), watchers: new Map() };
    rooms.set(meetingId, room);
    return room;
  };
  const emit = (room: Room, event: RoomChange): void => {
    for (const watcher of room.watchers.values()) watcher.push({ generation: room.generation, event });
  };
  const snapshot = (room: Room): MessageInitShape<typeof RoomSnapshotSchema> => ({
    participants: [...room.seats.values()].map(({ info }) => info),
    producers: [...room.seats.values()].flatMap(({ producers }) => [...producers.values()]),
    activeSpeaker: { participantId: '', levels: [] },
    routerRtpCapabilitiesJson: JSON.stringify(fakeRouterCapabilities),
  });
  const seatOf = ({ meetingId, participantId }: { meetingId: string; participantId: string }): [Room, Seat] => {
    const room = roomOf(meetingId);
    const seat = room.seats.get(participantId);
    if (seat === undefined) throw new RpcError('NOT_FOUND', `no participant ${participantId} in ${meetingId}`);
    return [room, seat];
  };
  const removeProducer = (room: Room, producerId: string): void => {
    for (const seat of room.seats.values()) {
      seat.producers.delete(producerId);
      for (const consumer of [...seat.consumers.values()]) {
        if (consumer.producerId !== producerId) continue;
        seat.consumers.delete(consumer.id);
        const value = { participantId: seat.info.id, consumerId: consumer.id };
        emit(room, { case: 'consumer', value: { ...value, event: { case: 'closed', value: true } } });
      }
    }
    emit(room, { case: 'producerRemoved', value: { producerId } });
  };
  const leave = (room: Room, participantId: string, reason: LeaveReason): void => {
    const seat = room.seats.get(participantId);
    if (seat === undefined) return;
    clearTimeout(seat.detached);
    for (const producerId of seat.producers.keys()) removeProducer(room, producerId);
    room.seats.delete(participantId);
    emit(room, { case: 'participantLeft', value: { participantId, reason } });
  };
  const setWatched = (room: Room, seat: Seat, watched: boolean): void => {
    clearTimeout(seat.detached);
    seat.detached = watched
      ? undefined
      : setTimeout(() => {
          leave(room, seat.info.id, LeaveReason.LOST);
        }, seat.graceMs);
  };
  const transport = (): MessageInitShape<typeof TransportSchema> => ({
    id: randomUUID(),
    iceParametersJson: JSON.stringify({ usernameFragment: randomUUID(), password: 'p', iceLite: true }),
    iceCandidatesJson: '[]',
    dtlsParametersJson: JSON.stringify({ role: 'auto', fingerprints: [{ algorithm: 'sha-256', value: 'AA' }] }),
    sctpParametersJson: '',
  });

  const service = rpcService({
    service: MediaService,
    allow: ['signaling'],
    handlers: {
      watchNode: async function* (_request, { signal }) {
        while (!signal.aborted) {
          if (!hanging) yield {};
          await sleep(beatIntervalMs, undefined, { signal }).catch(() => undefined);
        }
      },
      watchRoom: async function* ({ meetingId, signalingId }, { signal }) {
        calls.push('watchRoom');
        if (unplaced.has(meetingId)) throw new RpcError('FAILED_PRECONDITION', 'NoTopology');
        const room = roomOf(meetingId);
        room.watchers.get(signalingId)?.end();
        const queue = createMessageQueue<EventInit>(1_000);
        room.watchers.set(signalingId, queue);
        signal.addEventListener('abort', () => {
          queue.end();
        });
        for (const seat of room.seats.values()) if (seat.signalingId === signalingId) setWatched(room, seat, true);
        queue.push({ generation: room.generation, event: { case: 'snapshot', value: snapshot(room) } });
        try {
          yield* queue;
        } finally {
          if (room.watchers.get(signalingId) === queue) {
            room.watchers.delete(signalingId);
            for (const seat of room.seats.values()) if (seat.signalingId === signalingId) setWatched(room, seat, false);
          }
        }
      },
      join: async (request, { metadata }) => {
        if (hanging) await new Promise(() => undefined);
        calls.push('join');
        traces.set('join', String(metadata.get('traceparent')[0] ?? ''));
        const room = roomOf(request.meetingId);
        const info = request.participant!;
        let seat = room.seats.get(info.id);
        const known = seat !== undefined;
        const attached = known && !request.fresh;
        if (!known && room.seats.size >= limit) throw new RpcError('RESOURCE_EXHAUSTED', 'PlacementFull: no room');
        if (seat === undefined || request.fresh) {
          for (const producerId of seat?.producers.keys() ?? []) removeProducer(room, producerId);
          clearTimeout(seat?.detached);
          seat = {
            info: seat?.info ?? info,
            signalingId: request.signalingId,
            send: transport(),
            receive: transport(),
            connected: new Set(),
            producers: new Map(),
            consumers: new Map(),
            graceMs: request.detachGraceMs,
          };
          room.seats.set(info.id, seat);
        }
        seat.signalingId = request.signalingId;
        setWatched(room, seat, room.watchers.has(request.signalingId));
        if (!known) emit(room, { case: 'participantJoined', value: info });
        return Promise.resolve({
          generation: room.generation,
          send: seat.send,
          receive: seat.receive,
          snapshot: snapshot(room),
          ownProducerIds: [...seat.producers.keys()],
          consumers: [...seat.consumers.values()],
          attached,
        });
      },
      leave: async ({ meetingId, participantId, reason }) => {
        calls.push(`leave ${LeaveReason[reason]}`);
        leave(roomOf(meetingId), participantId, reason);
        return Promise.resolve({});
      },
      updateParticipant: async (request) => {
        calls.push('updateParticipant');
        const [room, seat] = seatOf(request);
        seat.info = { ...seat.info, name: request.name, metadataJson: request.metadataJson };
        emit(room, { case: 'participantUpdated', value: seat.info });
        return Promise.resolve({});
      },
      connectTransport: async (request) => {
        calls.push('connectTransport');
        const [, seat] = seatOf(request);
        seat.connected.add(request.direction);
        return Promise.resolve({});
      },
      restartIce: async (request) => {
        calls.push('restartIce');
        seatOf(request);
        return Promise.resolve({ iceParametersJson: JSON.stringify({ usernameFragment: 'new', password: 'new' }) });
      },
      produce: async (request) => {
        calls.push('produce');
        const [room, seat] = seatOf(request);
        const producer = {
          id: request.producerId,
          participantId: request.participantId,
          kind: request.kind,
          source: request.source,
          paused: request.paused,
          layered: false,
          mimeType: request.kind === MediaKind.VIDEO ? 'video/VP8' : 'audio/opus',
        };
        seat.producers.set(producer.id, producer);
        emit(room, { case: 'producerAdded', value: producer });
        return Promise.resolve({ producer });
      },
      updateProducers: async (request) => {
        calls.push('updateProducers');
        const [room, seat] = seatOf(request);
        for (const { producerId, change } of request.updates) {
          const producer = seat.producers.get(producerId);
          if (producer === undefined) throw new RpcError('NOT_FOUND', `no producer ${producerId}`);
          if (change.case === 'closed') removeProducer(room, producerId);
          if (change.case !== 'paused') continue;
          seat.producers.set(producerId, { ...producer, paused: change.value });
          emit(room, { case: 'producerUpdated', value: { ...producer, paused: change.value } });
        }
        return Promise.resolve({});
      },
      consume: async (request, { metadata }) => {
        traces.set('consume', String(metadata.get('traceparent')[0] ?? ''));
        calls.push(`consume ${String(request.items.length)}`);
        const [room, seat] = seatOf(request);
        const producers = new Map([...room.seats.values()].flatMap(({ producers: own }) => [...own]));
        const results = request.items.map(({ consumerId, producerId, unpaused }) => {
          const producer = producers.get(producerId);
          if (producer === undefined) {
            const value = { code: 'ProducerNotFound', message: `no producer ${producerId}` };
            return { producerId, outcome: { case: 'error' as const, value } };
          }
          const consumer = {
            id: consumerId,
            producerId,
            participantId: producer.participantId ?? '',
            kind: producer.kind ?? MediaKind.UNSPECIFIED,
            source: producer.source ?? '',
            rtpParametersJson: JSON.stringify({
              codecs: [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }],
            }),
            paused: !unpaused,
            producerPaused: producer.paused ?? false,
            type: 'simple',
          };
          seat.consumers.set(consumerId, consumer);
          return { producerId, outcome: { case: 'consumer' as const, value: consumer } };
        });
        return Promise.resolve({ results });
      },
      updateConsumers: async (request) => {
        calls.push(`updateConsumers ${String(request.updates.length)}`);
        const [, seat] = seatOf(request);
        const missing = request.updates.map(({ consumerId }) => consumerId).filter((id) => !seat.consumers.has(id));
        for (const { consumerId, paused, closed } of request.updates) {
          const consumer = seat.consumers.get(consumerId);
          if (consumer === undefined) continue;
          if (closed === true) seat.consumers.delete(consumerId);
          else seat.consumers.set(consumerId, { ...consumer, paused: paused ?? consumer.paused ?? false });
        }
        return Promise.resolve({ missingConsumerIds: missing });
      },
    },
  });

  const start = (address: string): Promise<RpcServer> =>
    startRpcServer({ address, credentials: insecureCredentials(), services: [service] });
  let server = await start('127.0.0.1:0');
  const address = `127.0.0.1:${String(server.port)}`;
  const stop = async (): Promise<void> => {
    for (const room of rooms.values()) for (const seat of room.seats.values()) clearTimeout(seat.detached);
    rooms.clear();
    await server.close(0);
  };
  return {
    name: options.name,
    address,
    calls,
    unplaced,
    traces,
    seat: (meetingId, participantId) => rooms.get(meetingId)?.seats.get(participantId),
    participants: (meetingId) => [...(rooms.get(meetingId)?.seats.keys() ?? [])],
    watchers: (meetingId) => rooms.get(meetingId)?.watchers.size ?? 0,
    rebuild: (meetingId) => {
      const room = roomOf(meetingId);
      room.generation += 1;
      for (const [id, seat] of room.seats) {
        for (const producerId of seat.producers.keys()) removeProducer(room, producerId);
        room.seats.set(id, { ...seat, producers: new Map(), consumers: new Map(), connected: new Set() });
      }
      emit(room, { case: 'mediaReset', value: { reason: 'WorkerDied' } });
    },
    breakStreams: (meetingId) => {
      for (const watcher of roomOf(meetingId).watchers.values()) watcher.end(new RpcError('UNAVAILABLE', 'broken'));
    },
    emit: (meetingId, event) => {
      emit(roomOf(meetingId), event);
    },
    hang: () => {
      hanging = true;
    },
    goOn: () => {
      hanging = false;
    },
    stop,
    restart: async () => {
      server = await start(address);
    },
  };
}
