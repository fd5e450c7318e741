/** One client's WebSocket: what is unsent is bounded, so that a slow client costs nobody but itself; and its pulse is checked. */
import type { Logger } from '@parley/process/log.js';
import type { WebSocket } from 'ws';
import { errorEntry, type CloseReason } from '../protocol/error-codes.js';
import { limits } from '../protocol/limits.js';
import type { RequestError } from '../protocol/responses.js';
import type { ServerEvent } from '../protocol/server-messages.js';

/** How long a closing handshake may take. */
const closeGraceMs = 1_000;
const normalClosure = 1_000;

export interface ClientSocket {
  /** A message as JSON; a client that does not read is closed with SlowConsumer. */
  send(json: string): void;
  sendEvent(event: ServerEvent): void;
  /** Idempotent: the first reason stands. With an error, the client is told it in a message first. */
  close(reason: CloseReason | 'Left', error?: RequestError): void;
  readonly open: boolean;
}

export interface ClientSocketOptions {
  readonly socket: WebSocket;
  readonly log: Logger;
  onMessage(text: string): void;
  onClosed(reason: string): void;
}

export function createClientSocket(options: ClientSocketOptions): ClientSocket {
  const { socket, log } = options;
  let heardAtMs = Date.now();
  let reason: string | undefined;

  const close: ClientSocket['close'] = (why, error) => {
    if (reason !== undefined) return;
    if (error !== undefined) sendNow(JSON.stringify({ type: 'error', error } satisfies ServerEvent));
    reason = why;
    const code = why === 'Left' ? normalClosure : (errorEntry(why).closeCode ?? normalClosure);
    socket.close(code, why);
    setTimeout(() => {
      socket.terminate();
    }, closeGraceMs).unref();
  };
  const sendNow = (json: string): void => {
    if (reason === undefined && socket.readyState === socket.OPEN) socket.send(json);
  };
  const send = (json: string): void => {
    if (socket.bufferedAmount > limits.unsentBytes) {
      close('SlowConsumer');
      return;
    }
    sendNow(json);
  };
  const heartbeat = setInterval(() => {
    if (Date.now() - heardAtMs > limits.deadAfterMs) {
      close('HeartbeatLost');
      return;
    }
    if (socket.readyState === socket.OPEN) socket.ping();
    send('{"type":"heartbeat"}');
  }, limits.heartbeatIntervalMs);

  socket.on('pong', () => {
    heardAtMs = Date.now();
  });
  socket.on('message', (data, isBinary) => {
    heardAtMs = Date.now();
    if (reason !== undefined) return;
    // ws gives one Buffer for each message, as fragments are joined.
    options.onMessage(isBinary ? '' : (data as Buffer).toString('utf8'));
  });
  socket.on('error', (error) => {
    // Such as a message over the limit: ws closes with the right code by itself.
    log.debug({ err: error }, 'socket failed');
  });
  socket.on('close', (code) => {
    clearInterval(heartbeat);
    options.onClosed(reason ?? String(code));
  });
  return {
    send,
    sendEvent: (event) => {
      send(JSON.stringify(event));
    },
    close,
    get open() {
      return reason === undefined && socket.readyState === socket.OPEN;
    },
  };
}
