import { mediaFailure } from '../media-failure.js';
import type { RequestHandler } from './request-handler.js';

/** How long an answer waits for what comes over relays. */
const remoteWaitMs = 3_000;

export const consume: RequestHandler<'consume'> = async ({ session }, message) => {
  const media = session.requireMedia();
  const consumers = await media.consume(message.items, remoteWaitMs).catch((error: unknown) => {
    throw mediaFailure(error, 'ProducerNotFound');
  });
  return { consumers };
};
