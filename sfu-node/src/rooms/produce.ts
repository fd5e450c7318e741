import { MediaKind, type ProduceRequest } from '@parley/proto/gen/parley/v1/media_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import { refusedByMedia, type MediaJson } from '@parley/relay/media/media-json.js';
import type { LocalParticipant } from './local-participant.js';
import type { OnceById } from './once-by-id.js';
import type { ParticipantMedia } from './participant-media.js';
import type { ProducerHandle } from './producer-handle.js';

export interface ProduceDeps {
  readonly mediaJson: MediaJson;
  readonly maxProducers: number;
  readonly making: OnceById<ProducerHandle>;
  readonly onMade: (handle: ProducerHandle) => void;
  /** Whether somebody else in the meeting has a producer of this id. */
  readonly taken: (producerId: string) => boolean;
}

const microphone = 'microphone';
/** Browsers ignore a request within 300 ms of the last, and mediasoup repeats an unanswered one after 1 s only. */
const keyFrameRequestDelayMs = 320;

/** @returns what exists already under this id, or a new producer. */
export async function produce(
  participant: LocalParticipant,
  request: ProduceRequest,
  deps: ProduceDeps,
): Promise<ProducerHandle> {
  const media = participant.requireMedia();
  const existing = media.producers.get(request.producerId);
  if (existing !== undefined) return existing;
  if (deps.taken(request.producerId)) {
    throw new RpcError('ALREADY_EXISTS', `producer ${request.producerId} is another participant's`);
  }
  return deps.making.run(`${participant.id}/${request.producerId}`, async () => {
    if (media.producers.size + media.making.producers >= deps.maxProducers) {
      throw new RpcError('RESOURCE_EXHAUSTED', `TooManyProducers: a participant has at most ${deps.maxProducers}`);
    }
    media.making.producers += 1;
    try {
      const handle = await open(media, request, deps.mediaJson);
      media.addProducer(handle);
      deps.onMade(handle);
      if (handle.kind === 'media' && handle.producer.kind === 'audio' && handle.source === microphone) {
        await media.room.meter.add(handle.producer, participant.id);
      }
      return handle;
    } catch (error) {
      throw refusedByMedia(error);
    } finally {
      media.making.producers -= 1;
    }
  });
}

async function open(media: ParticipantMedia, request: ProduceRequest, mediaJson: MediaJson): Promise<ProducerHandle> {
  const { producerId: id, source, paused, kind } = request;
  switch (kind) {
    case MediaKind.DATA:
      return {
        kind: 'data',
        source,
        producer: await media.send.produceData({
          id,
          label: source,
          protocol: request.protocol,
          paused,
          sctpStreamParameters: mediaJson.sctpStreamParameters(request.sctpStreamParametersJson),
        }),
      };
    case MediaKind.AUDIO:
    case MediaKind.VIDEO:
      return {
        kind: 'media',
        source,
        producer: await media.send.produce({
          id,
          kind: kind === MediaKind.AUDIO ? 'audio' : 'video',
          paused,
          rtpParameters: mediaJson.rtpParameters(request.rtpParametersJson),
          keyFrameRequestDelay: keyFrameRequestDelayMs,
        }),
      };
    case MediaKind.UNSPECIFIED:
      throw new RpcError('INVALID_ARGUMENT', 'kind must be audio, video or data');
  }
}
