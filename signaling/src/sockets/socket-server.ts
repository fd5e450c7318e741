/**
 * Takes WebSockets in. Law 6: sockets are bounded, in all and for each address. Those that say nothing are a small share, and
 * the oldest of them goes when there is a new one too many: who speaks at once always gets in.
 */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '@parley/process/log.js';
import { WebSocketServer, type WebSocket } from 'ws';
import type { SignalingLimits } from '../config.js';
import { addressKey } from '../core/limits/address-key.js';
import { limits } from '../protocol/limits.js';
import { socketPath, subprotocol } from '../protocol/version.js';
import { RequestFailure } from '../request-failure.js';
import type { ClientSocket } from './client-socket.js';
import { serveConnection, type ConnectionDeps } from './connection.js';
import { createSocketCounts } from './socket-counts.js';

const lastWordsMs = 200;

export interface SocketServer {
  readonly size: number;
  /** New sockets are sent away; those that are there stay. */
  refuseNew(): void;
  close(): Promise<void>;
}

export interface SocketServerOptions extends ConnectionDeps {
  readonly server: Server;
  readonly limits: SignalingLimits;
  /** The client's address, behind proxies too. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly log: Logger;
}

export function serveSockets(options: SocketServerOptions): SocketServer {
  const { server, metrics } = options;
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  const counts = createSocketCounts<ClientSocket>(options.limits);
  let refusing = false;

  const accept = (socket: WebSocket, key: string): void => {
    const refusal = refusing ? 'GoingAway' : counts.refusal(key);
    if (refusal !== undefined) {
      socket.on('error', () => undefined);
      socket.close(refusal === 'GoingAway' ? 4434 : 4430, refusal);
      metrics.socketRefused(refusal);
      return;
    }
    metrics.socketOpened();
    let spoken = false;
    const { client } = serveConnection(options, {
      socket,
      onSpoken: () => {
        spoken = true;
        counts.spoke(key, client);
      },
      onClosed: () => {
        if (!spoken) counts.spoke(key, client);
        counts.closed(key);
      },
    });
    for (const silent of counts.opened(key, client)) {
      silent.close('TooManySockets', new RequestFailure('TooManySockets').toRequestError());
    }
  };
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => undefined);
    const path = request.url?.split('?')[0];
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (path !== socketPath) refuse(socket, 404, `WebSockets are served at ${socketPath}.`);
    else if (!offered.includes(subprotocol)) refuse(socket, 400, `Offer the subprotocol ${subprotocol}.`);
    else {
      webSockets.handleUpgrade(request, socket, head, (accepted) => {
        accept(accepted, addressKey(options.addressOf(request)));
      });
    }
  };
  server.on('upgrade', upgrade);
  return {
    get size() {
      return counts.size;
    },
    refuseNew: () => {
      refusing = true;
    },
    close: async () => {
      server.off('upgrade', upgrade);
      // The last close frames go out first.
      if (webSockets.clients.size > 0) await new Promise((resolve) => setTimeout(resolve, lastWordsMs));
      for (const socket of webSockets.clients) socket.terminate();
      webSockets.close();
    },
  };
}

function refuse(socket: Duplex, status: number, detail: string): void {
  const code = status === 404 ? 'NotFound' : 'InvalidRequest';
  const body = JSON.stringify({ type: `urn:parley:error:${code}`, title: STATUS_CODES[status], status, code, detail });
  socket.end(
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\n` +
      `content-type: application/problem+json\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`,
  );
}
