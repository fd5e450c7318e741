import { mediaFailure } from '../media-failure.js';
import type { RequestHandler } from './request-handler.js';

export const updateConsumers: RequestHandler<'updateConsumers'> = async ({ session }, message) => {
  const media = session.requireMedia();
  const request = { ...media.seat, updates: message.items };
  const answer = await media.room.media.updateConsumers(request, media.callOptions()).catch((error: unknown) => {
    throw mediaFailure(error, 'ProducerNotFound');
  });
  return { missingConsumerIds: [...answer.missingConsumerIds] };
};
