import { RequestFailure } from '../../request-failure.js';
import type { Session } from '../session.js';
import type { RequestHandler } from './request-handler.js';

export const startRecording: RequestHandler<'startRecording'> = async ({ session, entering }) => {
  requireHost(session);
  return { name: await entering.recordings.start(session.seat.meetingId) };
};

export const stopRecording: RequestHandler<'stopRecording'> = async ({ session, entering }) => {
  requireHost(session);
  return { names: await entering.recordings.stop(session.seat.meetingId) };
};

function requireHost({ seat }: Session): void {
  if (seat.host !== true) throw new RequestFailure('NotHost');
}
