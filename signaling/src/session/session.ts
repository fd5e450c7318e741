/**
 * A participant's seat at this replica: from a socket's hello until it leaves, is taken over, or stays away too long.
 * The socket may be lost and the seat goes on; the media is the node's, and goes on without either.
 */
import { LeaveReason } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { Logger } from '@parley/process/log.js';
import { admits } from '../core/placement/admits.js';
import { isSuperseded, type Attachment } from '../core/roster/attachment.js';
import type { RoomMember } from '../nodes/room-member.js';
import type { RoomLease } from '../nodes/rooms.js';
import type { CloseReason } from '../protocol/error-codes.js';
import { limits } from '../protocol/limits.js';
import type { EndReason, MediaResetReason } from '../protocol/roster.js';
import type { ServerEvent } from '../protocol/server-messages.js';
import { RequestFailure } from '../request-failure.js';
import type { ClientSocket } from '../sockets/client-socket.js';
import type { Seat } from '../tokens/tokens.js';
import { createEventGate, type EventGate } from './event-gate.js';
import { createSeatMedia, type SeatMedia } from './seat-media.js';

export type SessionState =
  | {
      readonly type: 'Joined';
      readonly media: SeatMedia;
      /** Of the node's room when the transports were made. */
      readonly generation: number;
    }
  /** The transports are gone, and the client was told. */
  | {
      readonly type: 'AwaitingRejoin';
      readonly reason: MediaResetReason;
      readonly media: SeatMedia;
      readonly sinceMs: number;
    }
  | { readonly type: 'Entering' }
  | { readonly type: 'Closed' };

export type SessionEnd = 'Left' | 'Lost' | 'Replaced' | 'Ended' | 'Full' | 'ShutDown';

/** Relays have told of everybody who joined at the same time by then. */
const secondLookMs = 1_000;
/** A client that never says that it has migrated is out of its old node by then. */
const keepEarlierMs = 15_000;
/** Whoever was asked to migrate and is still on the node by then is reconnected elsewhere instead. */
const migrateWithinMs = 20_000;

/** A lost socket needs no closing. */
const closeReasons: Readonly<Record<SessionEnd, CloseReason | 'Left' | undefined>> = {
  Left: 'Left',
  Lost: undefined,
  Replaced: 'Replaced',
  Ended: 'MeetingEnded',
  Full: 'MeetingFull',
  ShutDown: 'GoingAway',
};

export interface Session {
  readonly seat: Seat;
  readonly attachment: Attachment;
  readonly state: SessionState;
  readonly gate: EventGate;
  /** @throws RequestFailure MediaResetPending */
  requireMedia(): SeatMedia;
  /**
   * Takes a room, in place of the one it had. Events wait in the gate until it is opened.
   * @throws RequestFailure Replaced when the seat was closed meanwhile.
   */
  enterRoom(lease: RoomLease, entry: RoomEntry): SeatMedia;
  /** Out of the room that it kept while it migrated; idempotent. */
  leaveEarlier(): Promise<void>;
  rename(name: string): void;
  /** Tells the node that the participant leaves of its own will. */
  leave(): Promise<void>;
  socketLost(): void;
  /** Lets go of everything here; the participant stays in the meeting. */
  close(end: SessionEnd): void;
  /** Tells the client to resume elsewhere. */
  goAway(): void;
}

export interface RoomEntry {
  /** Of the node's room. */
  readonly generation: number;
  readonly attachment: Attachment;
  /** Make before break: the participant stays in the room that it had, until leaveEarlier or for `keepEarlierMs`. */
  readonly keepsEarlier: boolean;
}

export interface SessionOptions {
  readonly seat: Seat;
  readonly attachment: Attachment;
  readonly socket: ClientSocket;
  /** Of the meeting; 0: no limit. */
  readonly maxParticipants: number;
  readonly log: Logger;
  onReset(reason: MediaResetReason): void;
  /** It is on a node again, so long after it was told of the reset. */
  onRestored(afterMs: number): void;
  onClosed(session: Session, end: SessionEnd): void;
  /** It has left the node that it migrated from. */
  onMigrated(): void;
}

export function createSession(options: SessionOptions): Session {
  const { socket, log } = options;
  let { seat, attachment } = options;
  let state: SessionState = { type: 'Entering' };
  let lease: RoomLease | undefined;
  let detach: (() => void) | undefined;
  let grace: NodeJS.Timeout | undefined;
  let secondLook: NodeJS.Timeout | undefined;
  let migration: NodeJS.Timeout | undefined;
  let kept: { readonly media: SeatMedia; readonly timer: NodeJS.Timeout } | undefined;
  const gate = createEventGate(socket);

  const letGo = (): void => {
    detach?.();
    lease?.release();
    detach = undefined;
    lease = undefined;
  };
  const close = (end: SessionEnd): void => {
    if (state.type === 'Closed') return;
    state = { type: 'Closed' };
    clearTimeout(grace);
    clearTimeout(secondLook);
    clearTimeout(migration);
    // Who goes on over another replica is still on both nodes; the earlier one takes him out when nobody attends to him there.
    if (end === 'Replaced' || end === 'ShutDown') clearTimeout(kept?.timer);
    else void leaveEarlier();
    letGo();
    const reason = closeReasons[end];
    if (reason !== undefined) socket.close(reason);
    log.info({ end }, 'session closed');
    options.onClosed(session, end);
  };
  const takeOut = async (media: SeatMedia, reason: LeaveReason): Promise<void> => {
    await media.room.media.leave({ ...media.seat, reason }, media.callOptions()).catch((error: unknown) => {
      log.warn({ err: error, reason }, 'a participant could not be taken out; its node will do so');
    });
  };
  /** Takes the participant out of the node that it is, or was, on. */
  const sendLeave = async (from: SessionState, reason: LeaveReason): Promise<void> => {
    if (from.type === 'Closed' || from.type === 'Entering') return;
    if (from.type === 'AwaitingRejoin' && from.reason === 'NodeLost') from.media.room.leaveBehind(seat.participantId);
    else await takeOut(from.media, reason);
  };
  const leaveEarlier = async (): Promise<void> => {
    if (kept === undefined) return;
    const { media, timer } = kept;
    kept = undefined;
    clearTimeout(timer);
    options.onMigrated();
    await takeOut(media, LeaveReason.LEFT);
  };
  const keepEarlier = (media: SeatMedia): void => {
    void leaveEarlier();
    kept = { media, timer: setTimeout(() => void leaveEarlier(), keepEarlierMs) };
  };
  const isToLeave = (): boolean => state.type === 'Joined' && state.media.room.view.isToLeave(seat.participantId);
  const askToMigrate = (): void => {
    if (!isToLeave()) return;
    log.info({ node: seat.node }, 'participant is asked to migrate');
    if (socket.open) gate.send({ type: 'migrate' });
    migration = setTimeout(() => {
      if (isToLeave()) reset('Moved');
    }, migrateWithinMs);
  };
  const reset = (reason: MediaResetReason, generation?: number): void => {
    if (state.type !== 'Joined' || generation === state.generation) return;
    log.info({ reason, node: seat.node }, 'media is reset');
    state = { type: 'AwaitingRejoin', reason, media: state.media, sinceMs: performance.now() };
    options.onReset(reason);
    letGo();
    if (socket.open) gate.send({ type: 'mediaReset', reason });
  };
  /** Several may have come at once over several nodes: the latest go, each by its own replica's judgement. */
  const lookAgain = (): void => {
    if (state.type !== 'Joined') return;
    const { participants } = state.media.room.view.roster;
    if (admits(participants, seat.participantId, options.maxParticipants)) return;
    void sendLeave(state, LeaveReason.REMOVED);
    close('Full');
  };
  const ended = (reason: EndReason): void => {
    gate.open();
    gate.send({ type: 'ended', reason });
    close('Ended');
  };
  const member: RoomMember = {
    participantId: seat.participantId,
    onBroadcast: (json) => gate.sendJson(json),
    onEvent: (event) => gate.sendOwn(event),
    // A participant that is not in a snapshot is gone, whatever the generation.
    onReset: (reason, generation) => reset(reason, reason === 'RoomRebuilt' ? generation : undefined),
    onEnded: ended,
    onLeft: () => reset('ParticipantGone'),
    onDraining: (afterMs) => {
      clearTimeout(migration);
      migration = setTimeout(askToMigrate, afterMs);
    },
    onAttachment: (seen) => {
      if (isSuperseded(attachment, seen)) close('Replaced');
    },
  };

  const session: Session = {
    get seat() {
      return seat;
    },
    get attachment() {
      return attachment;
    },
    get state() {
      return state;
    },
    gate,
    requireMedia: () => {
      if (state.type === 'Joined') return state.media;
      throw new RequestFailure('MediaResetPending');
    },
    leaveEarlier,
    enterRoom: (entered, entry) => {
      const earlier = state;
      if (earlier.type === 'Closed') {
        entered.release();
        throw new RequestFailure('Replaced');
      }
      letGo();
      clearTimeout(migration);
      gate.shut();
      lease = entered;
      attachment = entry.attachment;
      seat = { ...seat, node: entered.room.placement.node };
      detach = entered.room.view.attach(member);
      const media = createSeatMedia(entered.room, seat.participantId);
      if (earlier.type !== 'Entering' && earlier.media.room !== entered.room) {
        if (earlier.type === 'Joined' && entry.keepsEarlier) keepEarlier(earlier.media);
        else void sendLeave(earlier, LeaveReason.LOST);
      }
      if (earlier.type === 'AwaitingRejoin') options.onRestored(performance.now() - earlier.sinceMs);
      state = { type: 'Joined', media, generation: entry.generation };
      clearTimeout(secondLook);
      secondLook = setTimeout(lookAgain, secondLookMs);
      return media;
    },
    rename: (name) => {
      seat = { ...seat, name };
    },
    leave: async () => {
      await sendLeave(state, LeaveReason.LEFT);
    },
    socketLost: () => {
      if (state.type === 'Closed') return;
      grace = setTimeout(() => {
        void sendLeave(state, LeaveReason.LOST);
        close('Lost');
      }, limits.resumeWithinMs);
    },
    close,
    goAway: () => {
      const event: ServerEvent = { type: 'goingAway' };
      if (socket.open) socket.sendEvent(event);
    },
  };
  return session;
}
