/** Law 3: a participant enters another node while the one that it is on still serves it, and leaves that one when it says so. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RoomView } from '../../nodes/room-view.js';
import { enterMeeting } from '../enter-meeting.js';
import { welcomeTo } from '../welcome.js';
import type { RequestHandler } from './request-handler.js';

export const migrate: RequestHandler<'migrate'> = async ({ session, entering }, message) => {
  // Without media there is nothing to move: it is to rejoin.
  const earlier = session.requireMedia().room.view;
  const { seat, attachment } = session;
  const entered = await enterMeeting(entering, {
    seat,
    rtpCapabilities: message.rtpCapabilities,
    fresh: true,
    avoidNodes: new Set([seat.node]),
    connection: attachment.connection,
  });
  await untilKnown(earlier, entered.lease.room.view, seat.participantId);
  return welcomeTo(session, entered, { ...entering, subscribe: message.subscribe, resumed: false, keepsEarlier: true });
};

/** A node that has just come to the meeting hears of it over relays; nobody is to seem gone meanwhile. */
const knownWithinMs = 3_000;
const lookEveryMs = 25;

async function untilKnown(earlier: RoomView, next: RoomView, self: string): Promise<void> {
  const isKnown = (): boolean => {
    const { participants, producers } = next.roster;
    const others = [...earlier.roster.producers.values()].filter(({ participantId }) => participantId !== self);
    return others.every(({ id }) => producers.has(id)) && earlier.shownTo(self).every(({ id }) => participants.has(id));
  };
  for (const endMs = performance.now() + knownWithinMs; !isKnown() && performance.now() < endMs;)
    await sleep(lookEveryMs);
}

export const migrated: RequestHandler<'migrated'> = async ({ session }) => {
  await session.leaveEarlier();
  return {};
};
