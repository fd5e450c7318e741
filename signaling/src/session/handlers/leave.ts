import type { RequestHandler } from './request-handler.js';

/** The socket is closed once the answer is out. */
export const leave: RequestHandler<'leave'> = async ({ session }) => {
  await session.leave();
  return {};
};
