import { mediaFailure } from '../media-failure.js';
import type { RequestHandler } from './request-handler.js';

export const updateProducers: RequestHandler<'updateProducers'> = async ({ session }, message) => {
  const media = session.requireMedia();
  const updates = message.items.map((item) => ({
    producerId: item.producerId,
    change:
      'paused' in item
        ? { case: 'paused' as const, value: item.paused }
        : { case: 'closed' as const, value: item.closed },
  }));
  await media.room.media.updateProducers({ ...media.seat, updates }, media.callOptions()).catch((error: unknown) => {
    throw mediaFailure(error, 'ProducerNotFound');
  });
  return {};
};
