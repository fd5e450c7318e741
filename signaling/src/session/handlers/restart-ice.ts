import { parseNodeJson } from '../../nodes/media-messages.js';
import type { IceParameters } from '../../protocol/media-parameters.js';
import { mediaFailure } from '../media-failure.js';
import type { RequestHandler } from './request-handler.js';
import { directionOf } from './transport-direction.js';

export const restartIce: RequestHandler<'restartIce'> = async ({ session }, message) => {
  const media = session.requireMedia();
  const request = { ...media.seat, direction: directionOf(message.direction) };
  const answer = await media.room.media.restartIce(request, media.callOptions()).catch((error: unknown) => {
    throw mediaFailure(error, 'TransportNotFound');
  });
  return { iceParameters: parseNodeJson(answer.iceParametersJson) as IceParameters };
};
