import { RequestFailure } from '../../request-failure.js';
import { enterMeeting, type Entered } from '../enter-meeting.js';
import { welcomeTo } from '../welcome.js';
import type { RequestHandler } from './request-handler.js';

export const rejoin: RequestHandler<'rejoin'> = async ({ session, entering }, message) => {
  const { state, seat, attachment } = session;
  const enter = (avoidNodes: readonly string[]): Promise<Entered> =>
    enterMeeting(entering, {
      seat,
      rtpCapabilities: message.rtpCapabilities,
      fresh: true,
      avoidNodes: new Set(avoidNodes),
      connection: attachment.connection,
    });
  const isLost = message.unreachable || (state.type === 'AwaitingRejoin' && state.reason === 'NodeLost');
  const entered = await enter(isLost ? [seat.node] : []).catch((error: unknown) => {
    // No other takes the participant: the node may be there again.
    if (isLost && hasNoPlace(error)) return enter([]);
    throw error;
  });
  return welcomeTo(session, entered, { ...entering, subscribe: message.subscribe, resumed: false });
};

function hasNoPlace(error: unknown): boolean {
  return error instanceof RequestFailure && (error.code === 'NoCapacity' || error.code === 'Unavailable');
}
