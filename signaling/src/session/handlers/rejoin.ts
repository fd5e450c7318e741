/**
 * Onto a node with new transports: after the old ones were lost (`rejoin`), or make before break (law 3), while the node that a
 * participant leaves still serves it (`migrate`), until it says that it has moved.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RoomView } from '../../nodes/room-view.js';
import type { ClientMessageOf } from '../../protocol/client-messages.js';
import { RequestFailure } from '../../request-failure.js';
import { enterMeeting, type Entered } from '../enter-meeting.js';
import { welcomeTo } from '../welcome.js';
import type { HandlerContext, RequestHandler } from './request-handler.js';

export const rejoin: RequestHandler<'rejoin'> = async (context, message) => {
  const { state, seat } = context.session;
  const isLost = message.unreachable || (state.type === 'AwaitingRejoin' && state.reason === 'NodeLost');
  const entered = await enterAnew(context, message, isLost ? [seat.node] : []).catch((error: unknown) => {
    // No other takes the participant: the node may be there again.
    if (isLost && hasNoPlace(error)) return enterAnew(context, message, []);
    throw error;
  });
  return welcomeAnew(context, message, entered);
};

export const migrate: RequestHandler<'migrate'> = async (context, message) => {
  const { session } = context;
  // Without media there is nothing to move: it is to rejoin.
  const earlier = session.requireMedia().room.view;
  const entered = await enterAnew(context, message, [session.seat.node]);
  await untilKnown(earlier, entered.lease.room.view, session.seat.participantId);
  return welcomeAnew(context, message, entered);
};

export const migrated: RequestHandler<'migrated'> = async ({ session }) => {
  await session.leaveEarlier();
  return {};
};

type Message = ClientMessageOf<'rejoin' | 'migrate'>;

function enterAnew(
  { session, entering }: HandlerContext,
  { rtpCapabilities }: Message,
  avoidNodes: readonly string[],
): Promise<Entered> {
  const { seat, attachment } = session;
  return enterMeeting(entering, {
    seat,
    rtpCapabilities,
    fresh: true,
    avoidNodes: new Set(avoidNodes),
    connection: attachment.connection,
  });
}

function welcomeAnew(
  { session, entering }: HandlerContext,
  { type, subscribe }: Message,
  entered: Entered,
): ReturnType<typeof welcomeTo> {
  return welcomeTo(session, entered, { ...entering, subscribe, resumed: false, keepsEarlier: type === 'migrate' });
}

function hasNoPlace(error: unknown): boolean {
  return error instanceof RequestFailure && (error.code === 'NoCapacity' || error.code === 'Unavailable');
}

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
