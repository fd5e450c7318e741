/**
 * Where coturn's pre-stop hook waits: the answer comes once no allocation has been there for a while, so that a server that is deleted
 * or evicted serves on for those it has. Kubernetes ends the waiting with the pod's grace period.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@parley/process/log.js';
import type { CoturnLoad } from './core/coturn-book.js';

export interface DrainDoor {
  readonly port: number;
  close(): Promise<void>;
}

export interface DrainDoorOptions {
  readonly port: number;
  readonly load: () => CoturnLoad;
  readonly log: Logger;
  /** Who was sent here just before may still arrive. */
  readonly quietMs?: number;
}

const QUIET_MS = 5_000;
const LOOK_EVERY_MS = 250;

export async function openDrainDoor({ port, load, log, quietMs = QUIET_MS }: DrainDoorOptions): Promise<DrainDoor> {
  const closing = new AbortController();
  const wait = async (response: ServerResponse): Promise<void> => {
    const sinceMs = performance.now();
    let busyAtMs = sinceMs;
    log.info({ ...load() }, 'coturn is to end: waiting until it has no allocations');
    while (!response.destroyed && !closing.signal.aborted) {
      const { allocations, complete } = load();
      if (allocations > 0 || !complete) busyAtMs = performance.now();
      if (performance.now() - busyAtMs >= quietMs) break;
      await sleep(LOOK_EVERY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
    log.info({ waitedMs: Math.round(performance.now() - sinceMs), ...load() }, 'coturn may end');
    response.writeHead(200).end('drained\n');
  };
  const server = createServer((request, response) => {
    if (request.url === '/drained') void wait(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      closing.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
