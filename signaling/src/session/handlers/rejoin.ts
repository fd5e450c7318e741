import { enterMeeting } from '../enter-meeting.js';
import { welcomeTo } from '../welcome.js';
import type { RequestHandler } from './request-handler.js';

export const rejoin: RequestHandler<'rejoin'> = async ({ session, entering }, message) => {
  const { state, seat, attachment } = session;
  const lost = state.type === 'AwaitingRejoin' && state.reason === 'NodeLost' ? [seat.node] : [];
  const entered = await enterMeeting(entering, {
    seat,
    rtpCapabilities: message.rtpCapabilities,
    fresh: true,
    avoidNodes: new Set(lost),
    connection: attachment.connection,
  });
  return welcomeTo(session, entered, { ...entering, subscribe: message.subscribe, resumed: false });
};
