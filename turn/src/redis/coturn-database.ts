/** Speaks as a Redis to the one coturn beside it, on loopback. Debian's coturn tells of its load in no other way. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Logger } from '@parley/process/log.js';
import { answerCommand, type CoturnBook } from '../core/coturn-book.js';
import { formatReply, parseCommands } from '../core/resp.js';

export interface CoturnDatabase {
  readonly port: number;
  /** coturn's, now. */
  readonly connections: number;
  close(): Promise<void>;
}

export interface CoturnDatabaseOptions {
  readonly port: number;
  readonly book: CoturnBook;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** coturn has one or two for each of its threads. */
const MAX_CONNECTIONS = 1_024;

export async function openCoturnDatabase(options: CoturnDatabaseOptions): Promise<CoturnDatabase> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, options);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return sockets.size;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function serve(socket: Socket, { book, nowMs, log }: CoturnDatabaseOptions): void {
  let unread = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', (error) => log.debug({ err: error }, 'a connection of coturn has broken'));
  socket.on('data', (bytes) => {
    const parsed = parseCommands(unread.length === 0 ? bytes : Buffer.concat([unread, bytes]));
    if (parsed.type === 'Malformed') {
      log.warn('something that is not coturn has connected, and was cut off');
      socket.destroy();
      return;
    }
    unread = Buffer.from(parsed.rest);
    if (parsed.commands.length > 0)
      socket.write(parsed.commands.map((words) => formatReply(answerCommand(book, words, nowMs()))).join(''));
  });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
