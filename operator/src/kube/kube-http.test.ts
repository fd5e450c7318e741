import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock, type Clock } from './clock.js';
import type { KubeClient } from './kube-client.js';
import { KubeError, type KubeErrorCode } from './kube-error.js';
import { createKubeClient } from './kube-http.js';
import { createKubeMetrics } from './metrics.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function aServer(handler: Handler): Promise<{ server: Server; config: KubeConfig }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const config = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  config.loadFromClusterAndUser(
    { name: 'test', server: `http://127.0.0.1:${port}/prefix`, skipTLSVerify: true },
    { name: 'test' },
  );
  return { server, config };
}
function aClient(config: KubeConfig, over: { clock?: Clock } = {}): { client: KubeClient; registry: Registry } {
  const registry = new Registry();
  const metrics = createKubeMetrics(registry);
  const client = createKubeClient({ config, clock: systemClock, metrics, userAgent: 'parley/test', ...over });
  opened.push(() => client.close());
  return { client, registry };
}
async function codeOf(promise: Promise<unknown>): Promise<KubeErrorCode | 'none'> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    if (error instanceof KubeError) return error.code;
    throw error;
  }
}
const get = { method: 'GET', path: '/api' } as const;

describe('a request', () => {
  it('carries path, query, body and who asks; and is counted', async () => {
    const { config } = await aServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url, method, headers } = request;
        const body = Buffer.concat(chunks).toString();
        response.end(
          JSON.stringify({ url, method, body, agent: headers['user-agent'], type: headers['content-type'] }),
        );
      });
    });
    const { client, registry } = aClient(config);
    const answer = await client.request({
      method: 'PATCH',
      path: '/api/v1/x',
      query: { force: true, fieldManager: 'a b', unset: undefined },
      body: { key: 'ü' },
      contentType: 'application/apply-patch+yaml',
    });
    expect(answer).toEqual({
      url: '/prefix/api/v1/x?force=true&fieldManager=a+b',
      method: 'PATCH',
      body: '{"key":"ü"}',
      agent: 'parley/test',
      type: 'application/apply-patch+yaml',
    });
    expect(await registry.metrics()).toMatch(
      /rest_client_requests_total\{code="200",method="PATCH",host="127.0.0.1:\d+"\} 1/,
    );
  });

  it('has no more than 64 requests under way, but for urgent ones, which keep a connection to themselves', async () => {
    const waiting: (() => void)[] = [];
    const ports = new Map<string, number | undefined>();
    const { config } = await aServer(({ url = '', socket }, response) => {
      ports.set(url, socket.remotePort);
      if (url.includes('urgent')) response.end('{}');
      else waiting.push(() => response.end('{}'));
    });
    const { client } = aClient(config);
    const all = Promise.all(
      Array.from({ length: 70 }, (_, index) => client.request({ ...get, path: `/${String(index)}` })),
    );
    await vi.waitFor(() => expect(waiting).toHaveLength(64));
    for (const path of ['/urgent-1', '/urgent-2']) await client.request({ ...get, path, urgent: true });
    expect(ports.get('/prefix/urgent-2')).toBe(ports.get('/prefix/urgent-1'));
    expect(waiting).toHaveLength(64);
    const answering = setInterval(() => waiting.shift()?.(), 1);
    await all;
    clearInterval(answering);
    expect(ports.size).toBe(72);
  });

  it('ends at its deadline, while there is no answer and while there is half of one', async () => {
    const { config } = await aServer((request, response) => {
      if (request.url?.endsWith('half') === true) response.write('{"a":');
    });
    const { client } = aClient(config);
    const beganAtMs = performance.now();
    expect(await codeOf(client.request({ ...get, deadlineMs: 100 }))).toBe('Timeout');
    expect(await codeOf(client.request({ ...get, path: '/half', deadlineMs: 100 }))).toBe('Timeout');
    expect(performance.now() - beganAtMs).toBeLessThan(2_000);
  });

  it('ends when its caller gives up, and when the client closes', async () => {
    const { config } = await aServer(() => undefined);
    const { client } = aClient(config);
    const giveUp = new AbortController();
    const given = codeOf(client.request({ ...get, signal: giveUp.signal }));
    const closed = codeOf(client.request(get));
    giveUp.abort();
    expect(await given).toBe('Aborted');
    client.close();
    expect(await closed).toBe('Aborted');
    expect(await codeOf(client.request({ ...get, signal: AbortSignal.abort() }))).toBe('Aborted');
  });

  it('that meets a connection which the server has just closed is sent once more, unless it is a POST', async () => {
    let requests = 0;
    const { config } = await aServer((_, response) => {
      requests += 1;
      // Answers the first on each connection, and resets at the second.
      const socket = response.socket as { served?: true; resetAndDestroy(): void } | null;
      if (socket?.served === true) {
        socket.resetAndDestroy();
        return;
      }
      if (socket !== null) socket.served = true;
      response.end('{}');
    });
    const { client } = aClient(config);
    await client.request(get);
    expect(await codeOf(client.request(get))).toBe('none');
    expect(requests).toBe(3);
    expect(await codeOf(client.request({ ...get, method: 'POST' }))).toBe('Network');
  });
});

describe('credentials', () => {
  it('are read anew from the token file as soon as the server refuses them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-token-'));
    opened.push(() => rmSync(folder, { recursive: true }));
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'old');
    let valid = 'Bearer old';
    const { config } = await aServer((request, response) => {
      response.statusCode = request.headers.authorization === valid ? 200 : 401;
      response.end('{}');
    });
    const cluster = config.getCurrentCluster()!;
    config.loadFromClusterAndUser(cluster, {
      name: 'pod',
      authProvider: { name: 'tokenFile', config: { tokenFile } },
    });
    const { client } = aClient(config);
    expect(await codeOf(client.request(get))).toBe('none');
    valid = 'Bearer new';
    writeFileSync(tokenFile, 'new');
    expect(await codeOf(client.request(get))).toBe('Unauthorized');
    expect(await codeOf(client.request(get))).toBe('none');
  });
});

describe('lines', () => {
  it('end the connection when their reader has had enough', async () => {
    const closed = Promise.withResolvers<string>();
    const { config } = await aServer((_, response) => {
      response.write('one\ntwo\n');
      response.once('close', () => closed.resolve('closed'));
    });
    const { client } = aClient(config);
    for await (const line of client.lines({ path: '/', headersDeadlineMs: 1_000, idleDeadlineMs: 1_000 })) {
      expect(line).toBe('one');
      break;
    }
    expect(await closed.promise).toBe('closed');
  });

  it('of a refusal are its error, with Retry-After', async () => {
    const { config } = await aServer((_, response) => {
      response.writeHead(429, { 'retry-after': '7' }).end();
    });
    const { client } = aClient(config);
    const lines = client.lines({ path: '/', headersDeadlineMs: 1_000, idleDeadlineMs: 1_000 })[Symbol.asyncIterator]();
    await expect(lines.next()).rejects.toMatchObject({ code: 'TooManyRequests', retryAfterMs: 7_000 });
  });
});
