import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './operator/cluster-client.js';

/** A real Prometheus, and something that it scrapes each second: what the test says. */
export interface PrometheusServer {
  readonly url: string;
  /** Lines such as `queue 3`, in place of those before. Returns when Prometheus has them. */
  expose(name: string, lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function startPrometheus(): Promise<PrometheusServer> {
  const exposed = new Map<string, readonly string[]>();
  let scrapes = 0;
  const target = createServer((_, response) => {
    scrapes += 1;
    response.end(
      [...exposed.values()]
        .flat()
        .map((line) => `${line}\n`)
        .join(''),
    );
  });
  const folder = await mkdtemp(join(tmpdir(), 'parley-prometheus-'));
  const [targetPort, port] = [await listen(target), await freePort()];
  const scrape = `{ job_name: test, static_configs: [{ targets: ['127.0.0.1:${String(targetPort)}'] }] }`;
  await writeFile(
    join(folder, 'config.yml'),
    `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n  - ${scrape}\n`,
  );
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'config.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${String(port)}`,
    ],
    { stdio: 'ignore' },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${String(port)}`;
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`prometheus ended with ${String(child.exitCode)}`);
    const answer = await fetch(`${url}/-/ready`);
    if (!answer.ok) throw new Error('not ready');
  }, 30_000);

  return {
    url,
    expose: async (name, lines) => {
      exposed.set(name, lines);
      const before = scrapes;
      // The one that is under way may have the old lines, and the next is stored once another one has begun.
      await eventually(() => {
        if (scrapes < before + 3) throw new Error('not scraped yet');
      });
    },
    close: async () => {
      child.kill('SIGKILL');
      await exited;
      target.close();
      target.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
