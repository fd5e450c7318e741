/** A TCP proxy that can cut what goes through it, and refuse to let anything through for a while. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CutProxy {
  readonly address: string;
  /** Connections that came since it started. */
  readonly accepted: () => number;
  /** Destroys every connection; with `refusing`, new ones too until `allow`. */
  cut(refusing?: boolean): void;
  allow(): void;
  /** Lets nothing through on the connections that are there, and closes none: what a host that vanished leaves behind. */
  freeze(): void;
  close(): Promise<void>;
}

export async function startCutProxy(target: string): Promise<CutProxy> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let refusing = false;
  let accepted = 0;
  const server = createServer((near) => {
    if (refusing) {
      near.destroy();
      return;
    }
    accepted += 1;
    const far = connect(Number(port), host);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.pipe(other);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: () => accepted,
    cut(refuse = false): void {
      refusing = refuse;
      cut();
    },
    allow(): void {
      refusing = false;
    },
    freeze(): void {
      for (const socket of sockets) socket.unpipe();
      for (const socket of sockets) socket.resume();
    },
    close: () =>
      new Promise((resolve) => {
        cut();
        server.close(() => resolve());
      }),
  };
}
