import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../deadline.js';

/** A real Prometheus, and something that it scrapes each second: what the test says. */
export interface PrometheusServer {
  readonly url: string;
  /** Lines such as `queue 3`, in place of those before. Returns when Prometheus has them. */
  expose(name: string, lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** @param address of this machine, where others reach it. */
export async function startPrometheus(address = '127.0.0.1'): Promise<PrometheusServer> {
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
  const [targetPort, port] = [await listen(target), await freePort(address)];
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
      `--web.listen-address=${address}:${String(port)}`,
    ],
    { stdio: 'ignore' },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://${address}:${String(port)}`;
  await waitFor('Prometheus is ready', { deadlineMs: 30_000 }, async () => {
    if (child.exitCode !== null) throw new Error(`prometheus ended with ${String(child.exitCode)}`);
    const answer = await fetch(`${url}/-/ready`);
    return answer.ok ? true : undefined;
  });

  return {
    url,
    expose: async (name, lines) => {
      exposed.set(name, lines);
      const before = scrapes;
      // The one that is under way may have the old lines, and the next is stored once another one has begun.
      await waitFor('Prometheus has it', { deadlineMs: 15_000 }, () => (scrapes >= before + 3 ? true : undefined));
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

async function listen(server: Server, address = '127.0.0.1'): Promise<number> {
  server.listen(0, address);
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

async function freePort(address: string): Promise<number> {
  const server = createServer();
  const port = await listen(server, address);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
