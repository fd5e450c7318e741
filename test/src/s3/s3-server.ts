/** An S3 server on this machine over a folder of its own, and a way to it that a test can close, or make refuse. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const accessKey = 'parley';
export const secretKey = 'parley-secret';

export interface S3Server {
  readonly endpoint: string;
  /** Where its buckets are: a folder each. */
  readonly directory: string;
  createBucket(name: string): Promise<void>;
  close(): Promise<void>;
}

/** @param address of this machine, where those who store reach it. */
export async function startS3Server(address = '127.0.0.1'): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 's3-'));
  const port = await freePort(address);
  const child: ChildProcess = spawn('versitygw', ['--port', `${address}:${String(port)}`, 'posix', directory], {
    stdio: 'ignore',
    env: { ...process.env, ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
  });
  const endpoint = `http://${address}:${String(port)}`;
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(endpoint).catch(() => undefined);
    if (answer !== undefined) break;
    if (tries > 100 || child.exitCode !== null) throw new Error('versitygw does not start');
    await sleep(50);
  }
  return {
    endpoint,
    directory,
    createBucket: async (name) => {
      await mkdir(join(directory, name));
    },
    async close() {
      child.kill('SIGKILL');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export interface S3Proxy {
  readonly endpoint: string;
  /** Connections are refused, as of a server that is away. */
  away: boolean;
  /** Requests that get an answer of its own instead: such as 503 for one of three. */
  refuse: (request: IncomingMessage) => number | undefined;
  close(): Promise<void>;
}

/** Passes requests on as they are, the signed Host header too. */
export async function startS3Proxy(target: string): Promise<S3Proxy> {
  const { hostname, port } = new URL(target);
  const server: Server = createServer((from: IncomingMessage, to: ServerResponse) => {
    if (proxy.away) {
      from.socket.destroy();
      return;
    }
    const status = proxy.refuse(from);
    if (status !== undefined) {
      from.resume();
      to.writeHead(status).end();
      return;
    }
    const onward = request({ hostname, port, path: from.url, method: from.method, headers: from.headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    onward.on('error', () => to.destroy());
    from.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: S3Proxy = {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    away: false,
    refuse: () => undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

async function freePort(address: string): Promise<number> {
  const server = createTcpServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
