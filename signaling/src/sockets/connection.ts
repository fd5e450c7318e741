/** What one socket goes through: hello within its time, then requests of its session, each answered, within its limits. */
import { randomUUID } from 'node:crypto';
import type { Logger } from '@parley/process/log.js';
import { inRemoteSpan } from '@parley/process/tracing.js';
import type { WebSocket } from 'ws';
import { takeToken, type Bucket } from '../core/limits/token-bucket.js';
import type { SignalingMetrics } from '../metrics/signaling-metrics.js';
import type { RoomQueue, WaiterOptions } from '../placement/room-queue.js';
import type { ClientMessage, ClientMessageOf } from '../protocol/client-messages.js';
import { errorEntry, type CloseReason, type ErrorCode } from '../protocol/error-codes.js';
import { limits } from '../protocol/limits.js';
import { RequestFailure } from '../request-failure.js';
import { abandonEntry, enterMeeting, type Entered, type Entrance } from '../session/enter-meeting.js';
import { handleRequest, type SessionRequest } from '../session/handlers/handler-table.js';
import type { HandlerContext } from '../session/handlers/request-handler.js';
import type { SessionRegistry } from '../session/session-registry.js';
import { createSession, type Session } from '../session/session.js';
import { welcomeTo } from '../session/welcome.js';
import type { Seat } from '../tokens/tokens.js';
import { createClientSocket, type ClientSocket } from './client-socket.js';
import { parseMessage } from './parse-message.js';

const messageLimit = { burst: limits.messageBurst, perSecond: limits.messagesPerSecond };
const maxRequestsAtOnce = 64;
const tokenRenewalMs = 6 * 3_600_000;

type ConnectionState =
  | { readonly type: 'AwaitingHello' }
  | { readonly type: 'Entering' }
  | { readonly type: 'Serving'; readonly session: Session }
  | { readonly type: 'Closed' };

export interface ConnectionDeps {
  readonly entering: HandlerContext['entering'];
  readonly roomQueue: Pick<RoomQueue, 'enter'>;
  readonly sessions: SessionRegistry;
  readonly metrics: SignalingMetrics;
  readonly log: Logger;
}

export interface Connection {
  readonly client: ClientSocket;
}

export interface ConnectionOptions {
  readonly socket: WebSocket;
  /** It has said hello, or is gone. */
  onSpoken(): void;
  onClosed(): void;
}

export function serveConnection(deps: ConnectionDeps, options: ConnectionOptions): Connection {
  const { metrics } = deps;
  let log = deps.log.child({ requestId: randomUUID() });
  let state: ConnectionState = { type: 'AwaitingHello' };
  let bucket: Bucket | undefined;
  let running = 0;
  const gone = new AbortController();

  const client = createClientSocket({
    socket: options.socket,
    log,
    onMessage: (text) => {
      if (!withinLimits()) return;
      const parsed = parseMessage(text);
      if (parsed.type === 'Malformed') client.close('MalformedMessage', parsed.failure.toRequestError());
      else if (parsed.type === 'Message') void serve(parsed.message);
      else {
        fail(parsed.id, parsed.failure);
        if (state.type === 'AwaitingHello') client.close('HelloExpected');
      }
    },
    onClosed: (reason) => {
      clearTimeout(helloTimer);
      clearInterval(renewal);
      gone.abort();
      metrics.socketClosed(reason);
      log.info({ reason }, 'socket closed');
      if (state.type === 'Serving') state.session.socketLost();
      state = { type: 'Closed' };
      options.onClosed();
    },
  });
  const helloTimer = setTimeout(() => {
    client.close('HelloTimeout', new RequestFailure('HelloTimeout').toRequestError());
  }, limits.helloTimeoutMs);
  const renewal = setInterval(() => void renewToken(), tokenRenewalMs);

  const withinLimits = (): boolean => {
    const taken = takeToken(bucket, messageLimit, performance.now());
    bucket = taken.bucket;
    if (taken.waitMs === 0 && running < maxRequestsAtOnce) return true;
    client.close('TooManyMessages', new RequestFailure('TooManyMessages').toRequestError());
    return false;
  };
  const answer = (to: number, data: unknown): void => {
    client.send(JSON.stringify({ type: 'response', to, ok: true, data }));
  };
  const fail = (to: number, failure: RequestFailure): void => {
    client.send(JSON.stringify({ type: 'response', to, ok: false, error: failure.toRequestError() }));
  };

  const serve = async (message: ClientMessage): Promise<void> => {
    const startedMs = performance.now();
    running += 1;
    try {
      if (message.type === 'hello') await hello(message);
      else await request(message);
      metrics.requestServed(message.type, 'ok', performance.now() - startedMs);
    } catch (error) {
      const failure = RequestFailure.from(error);
      metrics.requestServed(message.type, failure.code, performance.now() - startedMs);
      if (failure.code === 'Internal') log.error({ err: error, type: message.type }, 'request failed');
      else log.info({ err: failure, type: message.type }, 'request refused');
      fail(message.id, failure);
      if (state.type === 'Entering' || state.type === 'AwaitingHello') client.close(closeReasonOf(failure.code));
    } finally {
      running -= 1;
    }
  };

  const hello = async (message: ClientMessageOf<'hello'>): Promise<void> => {
    if (state.type !== 'AwaitingHello') throw new RequestFailure('HelloExpected');
    state = { type: 'Entering' };
    clearTimeout(helloTimer);
    const fresh = message.token !== undefined;
    const seat = await deps.entering.tokens.verify(
      fresh ? 'join' : 'resume',
      message.token ?? message.resumeToken ?? '',
    );
    // Whoever holds a token is no stranger any more.
    options.onSpoken();
    log = log.child({ meetingId: seat.meetingId, participantId: seat.participantId });
    await inRemoteSpan('hello', seat.trace ?? {}, async () => {
      const entrance: Entrance = {
        seat,
        rtpCapabilities: message.rtpCapabilities,
        fresh,
        avoidNodes: new Set(),
        connection: randomUUID(),
      };
      const enter = (): Promise<Entered> => enterMeeting(deps.entering, entrance);
      // Whoever resumes has a place.
      const entered = fresh ? await deps.roomQueue.enter(seat.meetingId, enter, waiterFor(seat)) : await enter();
      const session = createSession({
        seat,
        attachment: entered.attachment,
        socket: client,
        maxParticipants: entered.topology.settings?.maxParticipants ?? 0,
        log,
        onReset: (reason) => metrics.mediaReset(reason),
        onRestored: (afterMs) => metrics.mediaRestored(afterMs),
        onMigrated: () => metrics.migrated(),
        onClosed: (closed) => {
          deps.entering.ice.unfollow(closed);
          deps.sessions.remove(closed);
        },
      });
      deps.sessions.add(session);
      const resumed = !fresh && entered.joined.attached;
      // A socket that was lost meanwhile begins the grace of its session.
      if (client.open) state = { type: 'Serving', session };
      else session.socketLost();
      try {
        await session.gate.holdingOwn(async () => {
          const options = { ...deps.entering, subscribe: message.subscribe, resumed };
          answer(message.id, await welcomeTo(session, entered, options));
        });
      } catch (error) {
        // Nobody is left in the meeting who was never told that it got in.
        state = { type: 'Entering' };
        if (!resumed) void session.leave();
        session.close('Lost');
        throw error;
      }
      session.gate.open();
      log.info({ node: session.seat.node, resumed }, 'participant entered');
    });
  };

  const waiterFor = (seat: Seat): WaiterOptions<Entered> => ({
    signal: gone.signal,
    onWaiting: ({ reason, ahead }) => client.sendEvent({ type: 'waiting', reason, ahead }),
    discard: (entered) => void abandonEntry(entered, seat),
  });

  const request = async (message: SessionRequest): Promise<void> => {
    if (state.type !== 'Serving') throw new RequestFailure('HelloExpected');
    const { session } = state;
    const context: HandlerContext = { session, entering: deps.entering };
    const serveIt = async (): Promise<void> => {
      const data = await inRemoteSpan(message.type, session.seat.trace ?? {}, () => handleRequest(context, message));
      answer(message.id, data);
    };
    switch (message.type) {
      case 'rejoin':
      case 'migrate':
        await session.gate.holdingOwn(serveIt);
        session.gate.open();
        break;
      case 'consume':
        await session.gate.holdingOwn(serveIt);
        break;
      case 'leave':
        await serveIt();
        session.close('Left');
        break;
      default:
        await serveIt();
    }
  };

  const renewToken = async (): Promise<void> => {
    if (state.type !== 'Serving') return;
    const { session } = state;
    const { token, expiresAtMs } = await deps.entering.tokens.issue('resume', session.seat);
    session.gate.send({ type: 'resumeToken', resumeToken: token, expiresAtMs });
  };

  return { client };
}

/** Errors that end no socket by themselves end one that has no session as `Internal` does. */
function closeReasonOf(code: ErrorCode): CloseReason {
  return errorEntry(code).closeCode === undefined ? 'Internal' : (code as CloseReason);
}
