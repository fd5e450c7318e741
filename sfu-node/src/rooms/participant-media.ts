/**
 * A local participant's transports in one generation of the room, and what it produces and consumes over them.
 * However an object closes, mediasoup's own `close` event of it is the one place where it is counted out (closing.md).
 */
import { RpcError } from '@parley/proto/rpc-error.js';
import type { types } from 'mediasoup';
import { createClientTransport } from '../media/transport-settings.js';
import { onConsumerClosed, type ConsumerHandle } from './consumer-handle.js';
import type { NodeUsage } from './node-usage.js';
import { onProducerClosed, type ProducerHandle } from './producer-handle.js';
import type { RoomMedia } from './room-media.js';

export type Direction = 'send' | 'receive';

export interface ParticipantMediaEvents {
  transportChanged(direction: Direction, transport: types.WebRtcTransport): void;
  producerClosed(handle: ProducerHandle): void;
  /** @param byProducer false when the participant itself let go of it. */
  consumerClosed(handle: ConsumerHandle, byProducer: boolean): void;
}

export class ParticipantMedia {
  readonly room: RoomMedia;
  readonly send: types.WebRtcTransport;
  readonly receive: types.WebRtcTransport;
  readonly producers: Map<string, ProducerHandle> = new Map<string, ProducerHandle>();
  readonly consumers: Map<string, ConsumerHandle> = new Map<string, ConsumerHandle>();
  /** Begun and not yet in the maps: calls at the same time must not pass a limit together. */
  readonly making: { producers: number; consumers: number } = { producers: 0, consumers: 0 };
  readonly #usage: NodeUsage;
  readonly #events: ParticipantMediaEvents;

  private constructor(
    room: RoomMedia,
    transports: readonly [types.WebRtcTransport, types.WebRtcTransport],
    deps: { readonly usage: NodeUsage; readonly events: ParticipantMediaEvents },
  ) {
    this.room = room;
    [this.send, this.receive] = transports;
    this.#usage = deps.usage;
    this.#events = deps.events;
    this.#watch('send', this.send);
    this.#watch('receive', this.receive);
  }

  /** @throws what mediasoup throws; then neither transport is left. */
  static async open(
    room: RoomMedia,
    deps: { readonly usage: NodeUsage; readonly events: ParticipantMediaEvents },
  ): Promise<ParticipantMedia> {
    const { webRtcServer } = room.live;
    const made = await Promise.allSettled([
      createClientTransport(room.router, webRtcServer, 'send'),
      createClientTransport(room.router, webRtcServer, 'receive'),
    ]);
    const [send, receive] = made;
    if (send.status === 'fulfilled' && receive.status === 'fulfilled') {
      return new ParticipantMedia(room, [send.value, receive.value], deps);
    }
    for (const result of made) if (result.status === 'fulfilled') result.value.close();
    throw made.find((result) => result.status === 'rejected')?.reason;
  }

  get closed(): boolean {
    return this.send.closed || this.receive.closed;
  }

  transport(direction: Direction): types.WebRtcTransport {
    return direction === 'send' ? this.send : this.receive;
  }

  /** @throws RpcError when it was closed already, with its transport. */
  addProducer(handle: ProducerHandle): void {
    if (handle.producer.closed) throw goneMeanwhile(`producer ${handle.producer.id}`);
    this.producers.set(handle.producer.id, handle);
    this.#usage.producers += 1;
    onProducerClosed(handle, () => {
      this.producers.delete(handle.producer.id);
      this.#usage.producers -= 1;
      this.#events.producerClosed(handle);
    });
  }

  /**
   * The caller has counted it in, when it was admitted.
   * @throws RpcError when it was closed already, with its producer or transport.
   */
  addConsumer(handle: ConsumerHandle): void {
    if (handle.consumer.closed) throw goneMeanwhile(`consumer ${handle.id}`);
    this.consumers.set(handle.id, handle);
    this.room.live.consumers += 1;
    onConsumerClosed(handle, (byProducer) => {
      this.consumers.delete(handle.id);
      this.room.live.consumers -= 1;
      this.#usage.consumers -= 1;
      this.#events.consumerClosed(handle, byProducer);
    });
  }

  close(): void {
    this.send.close();
    this.receive.close();
  }

  #watch(direction: Direction, transport: types.WebRtcTransport): void {
    const changed = (): void => {
      if (!transport.closed) this.#events.transportChanged(direction, transport);
    };
    transport.on('icestatechange', changed);
    transport.on('dtlsstatechange', changed);
  }
}

function goneMeanwhile(what: string): RpcError {
  return new RpcError('NOT_FOUND', `${what} was closed while it was made`);
}
