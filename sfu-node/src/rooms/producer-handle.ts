/** A producer of a local participant, media or data, with one face. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { MediaKind, type ProducerSchema } from '@parley/proto/gen/parley/v1/media_pb.js';
import { parseScalabilityMode, type types } from 'mediasoup';

export type ProducerHandle =
  | { readonly kind: 'media'; readonly producer: types.Producer; readonly source: string }
  | { readonly kind: 'data'; readonly producer: types.DataProducer; readonly source: string };

export type ProducerInit = MessageInitShape<typeof ProducerSchema>;

/** How everybody sees it. */
export function describeProducer(handle: ProducerHandle, participantId: string): ProducerInit {
  const { id, paused } = handle.producer;
  const common = { id, participantId, source: handle.source, paused };
  if (handle.kind === 'data') return { ...common, kind: MediaKind.DATA, layered: false, mimeType: '' };
  return {
    ...common,
    kind: handle.producer.kind === 'audio' ? MediaKind.AUDIO : MediaKind.VIDEO,
    layered: spatialLayers(handle.producer) > 1,
    mimeType: handle.producer.rtpParameters.codecs[0]?.mimeType ?? '',
  };
}

function spatialLayers(producer: types.Producer): number {
  const encodings = producer.rtpParameters.encodings ?? [];
  const mode = encodings[0]?.scalabilityMode;
  return Math.max(encodings.length, mode === undefined ? 1 : parseScalabilityMode(mode).spatialLayers);
}

/** Called once, however it closes. */
export function onProducerClosed(handle: ProducerHandle, listener: () => void): void {
  if (handle.kind === 'media') handle.producer.observer.once('close', listener);
  else handle.producer.observer.once('close', listener);
}
