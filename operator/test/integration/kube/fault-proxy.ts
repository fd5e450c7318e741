import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';

/** What goes wrong with one request between a client and the API server. */
export type Fault =
  /** An answer that the API server never gave. */
  | {
      readonly kind: 'Answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
    }
  /** A watch that begins well and holds one line of ours, such as an ERROR. */
  | { readonly kind: 'InBand'; readonly line: string }
  /** The connection is reset before any answer. */
  | { readonly kind: 'Reset' }
  /** Taken, and never answered. */
  | { readonly kind: 'Hang' }
  /** After so many bytes of the body nothing more is forwarded, and nothing is closed. */
  | { readonly kind: 'HalfOpen'; readonly afterBytes: number }
  /** After so many bytes of the body the connection is reset. */
  | { readonly kind: 'Cut'; readonly afterBytes: number }
  /** After so many bytes of the body the answer ends as if it were complete. */
  | { readonly kind: 'Truncate'; readonly afterBytes: number }
  /** The body comes byte for byte, as it were. */
  | { readonly kind: 'Slow'; readonly chunkBytes: number; readonly delayMs: number };

export interface ProxiedRequest {
  readonly method: string;
  readonly url: URL;
  readonly isWatch: boolean;
}

/** Stands between a client and a real API server, speaks plain HTTP to the client, and does as `decide` says. */
export interface FaultProxy {
  /** Of a client that talks to the API server through this. */
  readonly kubeConfig: KubeConfig;
  readonly requests: readonly ProxiedRequest[];
  /** Asked for every request; may wait. Undefined lets it pass. */
  decide: (request: ProxiedRequest) => Fault | undefined | Promise<Fault | undefined>;
  /** Resets every connection that there is. */
  cutAll(): void;
  /** Refuses new connections, and resets the others, until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
}

export async function startFaultProxy(target: KubeConfig): Promise<FaultProxy> {
  const requests: ProxiedRequest[] = [];
  const sockets = new Set<Socket>();
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://proxy');
    const proxied = { method: request.method ?? 'GET', url, isWatch: url.searchParams.has('watch') };
    requests.push(proxied);
    const fault = await proxy.decide(proxied);
    if (!injectInstead(fault, response)) await forward(target, request, response, fault);
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;

  async function listen(onPort: number): Promise<Server> {
    const created = createServer((request, response) => {
      handle(request, response).catch(() => response.destroy());
    });
    created.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => created.listen(onPort, '127.0.0.1', resolve));
    return created;
  }
  const cutAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    cutAll();
    await closed;
  };
  const proxy: FaultProxy = {
    kubeConfig: kubeConfigFor(port),
    requests,
    decide: () => undefined,
    cutAll,
    refuse: stop,
    accept: async () => {
      server = await listen(port);
    },
    close: stop,
  };
  return proxy;
}

function kubeConfigFor(port: number): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'proxy', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'none' },
  );
  return config;
}

function injectInstead(fault: Fault | undefined, response: ServerResponse): boolean {
  switch (fault?.kind) {
    case 'Answer':
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      response.end(fault.body === undefined ? '' : JSON.stringify(fault.body));
      return true;
    case 'InBand':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`${fault.line}\n`);
      return true;
    case 'Reset':
      response.socket?.resetAndDestroy();
      return true;
    case 'Hang':
      return true;
    default:
      return false;
  }
}

async function forward(
  target: KubeConfig,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const options: RequestOptions = {};
  await target.applyToHTTPSOptions(options);
  const server = new URL(target.getCurrentCluster()!.server);
  const send = server.protocol === 'http:' ? httpRequest : httpsRequest;
  const upstream = send({
    ...options,
    hostname: server.hostname,
    port: server.port,
    method: request.method,
    path: request.url,
    headers: without(request.headers, ['connection', 'host']),
  });
  response.once('close', () => upstream.destroy());
  request.pipe(upstream);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve);
    upstream.once('error', reject);
  });
  const hopByHop = ['content-length', 'connection', 'transfer-encoding'];
  response.writeHead(answer.statusCode ?? 502, without(answer.headers, hopByHop));
  response.flushHeaders();
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (fault?.kind === 'Slow') {
      await writeSlowly(response, chunk, fault);
      continue;
    }
    const limit = fault !== undefined && 'afterBytes' in fault ? fault.afterBytes : Number.POSITIVE_INFINITY;
    response.write(chunk.subarray(0, Math.max(0, limit - bytes)));
    bytes += chunk.length;
    if (bytes >= limit) {
      breakOff(fault, response);
      return;
    }
  }
  if (fault?.kind !== 'HalfOpen') response.end();
}

function without(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

function breakOff(fault: Fault | undefined, response: ServerResponse): void {
  if (fault?.kind === 'Truncate') response.end();
  // What was written must be on its way before the reset.
  if (fault?.kind === 'Cut') setImmediate(() => response.socket?.resetAndDestroy());
}

async function writeSlowly(
  response: ServerResponse,
  chunk: Buffer,
  fault: Extract<Fault, { kind: 'Slow' }>,
): Promise<void> {
  for (let start = 0; start < chunk.length && !response.destroyed; start += fault.chunkBytes) {
    response.write(chunk.subarray(start, start + fault.chunkBytes));
    await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  }
}
