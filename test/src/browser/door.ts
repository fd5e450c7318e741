/**
 * A port on localhost that leads to one of several addresses. Browsers give media devices to secure pages and localhost only; and
 * through a door of its own a test decides which replica a browser reaches.
 */
import { connect, createServer, type Socket } from 'node:net';

export interface Door {
  /** http://localhost:PORT */
  readonly url: string;
  /** Where new connections go, tried in this order. */
  leadTo(addresses: readonly string[]): void;
  /** Ends the connections that are open now. */
  cut(): void;
  close(): Promise<void>;
}

const connectDeadlineMs = 2_000;

export async function openDoor(addresses: readonly string[]): Promise<Door> {
  let targets = addresses;
  const open = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (client) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    passOn(client, targets);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://localhost:${port}`,
    leadTo: (next) => (targets = next),
    cut,
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function passOn(client: Socket, [target, ...others]: readonly string[]): void {
  if (target === undefined || client.destroyed) {
    client.destroy();
    return;
  }
  const [host = '', port = ''] = target.split(':');
  const upstream = connect({ host, port: Number(port) });
  upstream.setTimeout(connectDeadlineMs, () => upstream.destroy(new Error('timed out')));
  upstream.once('error', () => passOn(client, others));
  upstream.once('connect', () => {
    upstream.removeAllListeners('error');
    upstream.on('error', () => client.destroy());
    upstream.setTimeout(0);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.resume();
  });
}
