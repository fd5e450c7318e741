import { randomUUID } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { MediaKind, type ProduceRequestSchema } from '@parley/proto/gen/parley/v1/media_pb.js';
import { producerOf } from '../../nodes/media-messages.js';
import { mediaFailure } from '../media-failure.js';
import { RequestFailure } from '../../request-failure.js';
import type { Session } from '../session.js';
import type { SeatMedia } from '../seat-media.js';
import type { RequestHandler } from './request-handler.js';

export const produce: RequestHandler<'produce'> = async ({ session }, message) => {
  const media = mediaToSend(session);
  return send(media, {
    ...media.seat,
    producerId: message.producerId ?? randomUUID(),
    kind: message.kind === 'audio' ? MediaKind.AUDIO : MediaKind.VIDEO,
    source: message.source,
    rtpParametersJson: JSON.stringify(message.rtpParameters),
    paused: message.paused,
  });
};

export const produceData: RequestHandler<'produceData'> = async ({ session }, message) => {
  const media = mediaToSend(session);
  return send(media, {
    ...media.seat,
    producerId: message.producerId ?? randomUUID(),
    kind: MediaKind.DATA,
    source: message.label,
    sctpStreamParametersJson: JSON.stringify(message.sctpStreamParameters),
    protocol: message.protocol,
  });
};

/** @throws RequestFailure ViewersOnlyReceive, MediaResetPending */
function mediaToSend(session: Session): SeatMedia {
  if (session.seat.viewer === true) throw new RequestFailure('ViewersOnlyReceive');
  return session.requireMedia();
}

async function send(
  media: SeatMedia,
  request: MessageInitShape<typeof ProduceRequestSchema> & { producerId: string },
): Promise<{ producerId: string }> {
  const { producer } = await media.room.media.produce(request, media.callOptions()).catch((error: unknown) => {
    throw mediaFailure(error, 'TransportNotFound');
  });
  // The others need not wait for the node's event.
  if (producer !== undefined) media.room.view.report({ type: 'producer', producer: producerOf(producer) });
  return { producerId: request.producerId };
}
