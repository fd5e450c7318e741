/**
 * One participant's signaling over many sockets: says hello, answers requests, and when a socket is lost opens another with the
 * resume token until the server has let the participant go. Media is not touched by any of it.
 */
import '../zod-without-eval.js';
import type { ClientMessageType } from '@parley/signaling/protocol/client-messages.js';
import { limits } from '@parley/signaling/protocol/limits.js';
import type { RtpCapabilities } from '@parley/signaling/protocol/media-parameters.js';
import type { ResponseData, Welcome } from '@parley/signaling/protocol/responses.js';
import { serverMessage, type ServerEvent, type ServerEventOf } from '@parley/signaling/protocol/server-messages.js';
import { subprotocol } from '@parley/signaling/protocol/version.js';
import type { Clock } from '../clock.js';
import { planReconnect } from '../core/reconnect/plan-reconnect.js';
import { judgeClose } from '../core/session/judge-close.js';
import { ParleyError } from '../parley-error.js';
import { createPendingRequests, type PendingRequests, type RequestBody } from './pending-requests.js';
import type { OpenSocket, Socket } from './socket.js';

export interface SessionOptions {
  readonly url: string;
  readonly token: string;
  readonly rtpCapabilities: RtpCapabilities;
  readonly subscribe: 'all' | 'none';
}

export interface SessionHandlers {
  /** The socket is back: `welcome.resumed` says whether transports are still there. */
  resumed(welcome: Welcome): void;
  lost(): void;
  /** While entering: there is no room yet, and the server keeps a place in its line. */
  waiting(waiting: ServerEventOf<'waiting'>): void;
  event(event: ServerEvent): void;
  /** For good; not called after close(). */
  ended(error: ParleyError): void;
}

export interface SessionPorts {
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
}

/** An attempt to connect, with the hello, takes no longer than this; unless the server says that there is no room yet. */
const attemptTimeoutMs = 5_000;
/** Its own queue gives up before. */
const helloTimeoutMs = limits.waitForRoomMs + attemptTimeoutMs;
/** A check of a socket that may be dead takes no longer than this. */
const checkTimeoutMs = 3_000;

type SocketState = 'Opening' | 'Ready' | 'Lost' | 'Closed';

export class SignalingSession {
  readonly #options: SessionOptions;
  readonly #ports: SessionPorts;
  readonly #handlers: SessionHandlers;
  readonly #pending: PendingRequests;
  #state: SocketState = 'Opening';
  #socket: Socket | undefined;
  #resumeToken: string | undefined;
  #failedAttempts = 0;
  #lostAtMs = 0;
  #cancelTimer = (): void => undefined;
  #cancelWatchdog = (): void => undefined;
  /** Of the attempt that goes on. */
  #heardWhileEntering: (isWaiting: boolean) => void = () => undefined;

  constructor(options: SessionOptions, ports: SessionPorts, handlers: SessionHandlers) {
    this.#options = options;
    this.#ports = ports;
    this.#handlers = handlers;
    this.#pending = createPendingRequests(ports.clock);
  }

  /** Enters the meeting. A socket that fails to open fails the call: nothing was entered yet. */
  enter(): Promise<Welcome> {
    return new Promise((resolve, reject) => {
      this.#attempt(
        (welcome) => resolve(welcome),
        (error) => {
          this.close();
          reject(error);
        },
      );
    });
  }

  /** Fails at once with ConnectionLost while there is no socket: callers reconcile after `resumed`. */
  request<T extends ClientMessageType>(type: T, body: RequestBody<T>): Promise<ResponseData[T]> {
    const socket = this.#socket;
    if (this.#state !== 'Ready' || socket === undefined) return Promise.reject(new ParleyError('ConnectionLost'));
    return this.#pending.request(type, body, (text) => socket.send(text));
  }

  /** Finds out soon whether the socket still lives, such as after the network changed. */
  check(): void {
    if (this.#state !== 'Ready') return;
    const socket = this.#socket;
    const cancel = this.#ports.clock.after(checkTimeoutMs, () => {
      if (this.#socket === socket) this.#dropped('');
    });
    this.request('ping', {}).then(cancel, cancel);
  }

  close(): void {
    if (this.#state === 'Closed') return;
    this.#state = 'Closed';
    this.#detach(new ParleyError('MeetingClosed'));
    this.#cancelTimer();
  }

  #attempt(welcomed: (welcome: Welcome) => void, failed: (error: ParleyError) => void): void {
    let settled = false;
    const fail = (error: ParleyError): void => {
      if (settled) return;
      settled = true;
      cancelTimeout();
      this.#detach(error);
      failed(error);
    };
    let isWaiting = false;
    let cancelTimeout = this.#ports.clock.after(attemptTimeoutMs, () => fail(new ParleyError('TimedOut')));
    this.#heardWhileEntering = (waits) => {
      isWaiting ||= waits;
      if (settled || !isWaiting) return;
      // Heartbeats show that the server still keeps the place.
      cancelTimeout();
      cancelTimeout = this.#ports.clock.after(limits.deadAfterMs, () => fail(new ParleyError('TimedOut')));
    };
    const socket = this.#ports.openSocket(this.#options.url, subprotocol, {
      opened: () => {
        this.#pending
          .request('hello', this.#hello(), (text) => socket.send(text), helloTimeoutMs)
          .then((welcome) => {
            if (settled || this.#state === 'Closed') return;
            settled = true;
            cancelTimeout();
            this.#resumeToken = welcome.resumeToken;
            this.#failedAttempts = 0;
            this.#state = 'Ready';
            welcomed(welcome);
          })
          .catch((error: unknown) => fail(ParleyError.from(error)));
      },
      received: (text) => this.#received(text),
      closed: (_code, reason) => {
        if (this.#socket !== socket) return;
        if (settled) {
          this.#dropped(reason);
          return;
        }
        const verdict = judgeClose(reason);
        fail(new ParleyError(verdict.kind === 'Final' ? verdict.code : 'NetworkFailed'));
      },
    });
    this.#socket = socket;
    this.#watch();
  }

  #hello(): RequestBody<'hello'> {
    const { token, rtpCapabilities, subscribe } = this.#options;
    const right = this.#resumeToken === undefined ? { token } : { resumeToken: this.#resumeToken };
    return { ...right, rtpCapabilities, subscribe };
  }

  #received(text: string): void {
    this.#watch();
    const parsed = serverMessage.safeParse(parseJson(text));
    // An event of a newer server is none of ours.
    if (!parsed.success) return;
    const message = parsed.data;
    this.#heardWhileEntering(message.type === 'waiting');
    switch (message.type) {
      case 'response':
        if (message.ok) this.#pending.succeed(message.to, message.data);
        else this.#pending.fail(message.to, message.error);
        return;
      case 'heartbeat':
        return;
      case 'waiting':
        if (this.#state === 'Opening') this.#handlers.waiting(message);
        return;
      case 'resumeToken':
        this.#resumeToken = message.resumeToken;
        return;
      case 'goingAway':
        if (this.#state === 'Ready') this.#dropped('GoingAway');
        return;
      default:
        this.#handlers.event(message);
    }
  }

  /** Any message shows that the socket lives; heartbeats come often enough. */
  #watch(): void {
    this.#cancelWatchdog();
    this.#cancelWatchdog = this.#ports.clock.after(limits.deadAfterMs, () => {
      if (this.#state === 'Ready') this.#dropped('HeartbeatLost');
    });
  }

  #dropped(reason: string): void {
    if (this.#state === 'Closed') return;
    this.#detach(new ParleyError('ConnectionLost'));
    const verdict = judgeClose(reason);
    if (verdict.kind === 'Final') {
      this.#end(new ParleyError(verdict.code));
      return;
    }
    this.#state = 'Lost';
    this.#lostAtMs = this.#ports.clock.nowMs();
    this.#failedAttempts = 0;
    this.#handlers.lost();
    this.#scheduleAttempt();
  }

  #scheduleAttempt(): void {
    const plan = planReconnect({
      failedAttempts: this.#failedAttempts,
      elapsedMs: this.#ports.clock.nowMs() - this.#lostAtMs,
      resumeWithinMs: limits.resumeWithinMs,
      random: this.#ports.clock.random(),
    });
    if (plan.kind === 'GiveUp') {
      this.#end(new ParleyError('ConnectionLost'));
      return;
    }
    this.#cancelTimer = this.#ports.clock.after(plan.delayMs, () => {
      this.#attempt(
        (welcome) => this.#handlers.resumed(welcome),
        (error) => this.#attemptFailed(error),
      );
    });
  }

  #attemptFailed(error: ParleyError): void {
    if (this.#state === 'Closed') return;
    if (!error.retryable) {
      this.#end(error);
      return;
    }
    this.#failedAttempts++;
    this.#scheduleAttempt();
  }

  #end(error: ParleyError): void {
    this.close();
    this.#handlers.ended(error);
  }

  #detach(error: ParleyError): void {
    this.#cancelWatchdog();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#pending.failAll(error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
