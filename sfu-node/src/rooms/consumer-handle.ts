/** A consumer of a local participant, media or data, with one face. The id is the caller's, not mediasoup's. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { MediaKind, type ConsumerSchema } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { types } from 'mediasoup';

export type ConsumerHandle = {
  readonly id: string;
  /** As the meeting knows it, wherever it is produced. */
  readonly producerId: string;
  /** The participant whose producer it is. */
  readonly senderId: string;
  readonly source: string;
} & (
  | { readonly kind: 'media'; readonly consumer: types.Consumer }
  | { readonly kind: 'data'; readonly consumer: types.DataConsumer }
);

export type ConsumerInit = MessageInitShape<typeof ConsumerSchema>;

/** The id on the router of what it consumes. */
export function consumedId(handle: ConsumerHandle): string {
  return handle.kind === 'media' ? handle.consumer.producerId : handle.consumer.dataProducerId;
}

/** What its client needs to receive it. */
export function describeConsumer(handle: ConsumerHandle): ConsumerInit {
  const common = {
    id: handle.id,
    producerId: handle.producerId,
    participantId: handle.senderId,
    source: handle.source,
    paused: handle.consumer.paused,
  };
  if (handle.kind === 'data') {
    const { sctpStreamParameters, label, protocol, dataProducerPaused } = handle.consumer;
    return {
      ...common,
      kind: MediaKind.DATA,
      producerPaused: dataProducerPaused,
      sctpStreamParametersJson: JSON.stringify(sctpStreamParameters),
      label,
      protocol,
    };
  }
  const { kind, rtpParameters, producerPaused, type } = handle.consumer;
  return {
    ...common,
    kind: kind === 'audio' ? MediaKind.AUDIO : MediaKind.VIDEO,
    rtpParametersJson: JSON.stringify(rtpParameters),
    producerPaused,
    type,
  };
}

/** Called once, however it closes; told whether its producer's closing was why. */
export function onConsumerClosed(handle: ConsumerHandle, listener: (byProducer: boolean) => void): void {
  let byProducer = false;
  const mark = (): void => {
    byProducer = true;
  };
  const closed = (): void => {
    listener(byProducer);
  };
  if (handle.kind === 'media') {
    handle.consumer.once('producerclose', mark);
    handle.consumer.observer.once('close', closed);
  } else {
    handle.consumer.once('dataproducerclose', mark);
    handle.consumer.observer.once('close', closed);
  }
}
