import type { RequestHandler } from './request-handler.js';
import { directionOf } from './transport-direction.js';
import { mediaFailure } from '../media-failure.js';

export const connectTransport: RequestHandler<'connectTransport'> = async ({ session }, message) => {
  const media = session.requireMedia();
  const request = {
    ...media.seat,
    direction: directionOf(message.direction),
    dtlsParametersJson: JSON.stringify(message.dtlsParameters),
  };
  await media.room.media.connectTransport(request, media.callOptions()).catch((error: unknown) => {
    throw mediaFailure(error, 'TransportNotFound');
  });
  return {};
};
