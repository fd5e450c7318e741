/**
 * Health and metrics of a process, on one port of their own.
 * Law 1: liveness looks at nothing outside the process; only readiness may.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, type Registry } from 'prom-client';

export interface TelemetryOptions {
  readonly port: number;
  readonly registry: Registry;
  /** Undefined when ready; otherwise why not, in a few words. */
  readonly notReadyBecause: () => string | undefined;
}

export interface TelemetryServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `/healthz`, `/readyz` and `/metrics`, and adds the process's own metrics (CPU, memory, event loop) to the registry. */
export async function startTelemetryServer(options: TelemetryOptions): Promise<TelemetryServer> {
  collectDefaultMetrics({ register: options.registry });
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    void answer(path, response, options);
  });
  server.requestTimeout = 10_000;
  await listen(server, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(path: string, response: ServerResponse, options: TelemetryOptions): Promise<void> {
  switch (path) {
    case '/healthz':
      send(response, 200, 'ok\n');
      return;
    case '/readyz': {
      const why = options.notReadyBecause();
      send(response, why === undefined ? 200 : 503, `${why ?? 'ok'}\n`);
      return;
    }
    case '/metrics':
      try {
        send(response, 200, await options.registry.metrics(), options.registry.contentType);
      } catch (error) {
        send(response, 500, `${String(error)}\n`);
      }
      return;
    default:
      send(response, 404, 'try /healthz, /readyz or /metrics\n');
  }
}

function send(response: ServerResponse, status: number, body: string, contentType = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': contentType }).end(body);
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
}
