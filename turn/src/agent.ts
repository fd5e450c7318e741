/** The agent that stands beside one coturn: its database, its peers, its certificate, its drain, and its line to the operator. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from '@parley/process/log.js';
import { TurnService } from '@parley/proto/gen/parley/v1/turn_pb.js';
import { rpcService, startRpcServer } from '@parley/proto/rpc-server.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Registry } from 'prom-client';
import { watchCertificate } from './certificate-watch.js';
import type { AgentConfig } from './config.js';
import { createCoturnBook, loadOf, type CoturnLoad } from './core/coturn-book.js';
import { openDrainDoor } from './drain-door.js';
import { createAgentMetrics } from './metrics/agent-metrics.js';
import { readPeers, writePeers } from './peers-file.js';
import { openCoturnDatabase } from './redis/coturn-database.js';
import { createTurnService } from './rpc/turn-service.js';

export interface Agent {
  readonly grpcPort: number;
  readonly databasePort: number;
  readonly drainPort: number;
  readonly load: () => CoturnLoad;
  close(): Promise<void>;
}

export interface AgentOptions {
  readonly config: Omit<AgentConfig, 'tlsDir' | 'telemetryPort' | 'logLevel' | 'confOwner'>;
  readonly credentials: RpcCredentials;
  readonly registry: Registry;
  readonly log: Logger;
  /** In tests, which can't wait. */
  readonly timing?: { readonly quietMs?: number; readonly certificateEveryMs?: number };
}

const closeGraceMs = 500;

export async function startAgent({ config, credentials, registry, log, timing = {} }: AgentOptions): Promise<Agent> {
  const nowMs = Date.now;
  const peersPath = join(config.runDir, 'peers.json');
  const book = createCoturnBook(config.realm, nowMs());
  let peers = await readPeers(peersPath);
  book.peers = peers.addresses;
  const load = (): CoturnLoad => loadOf(book, nowMs());
  const database = await openCoturnDatabase({ port: config.databasePort, book, nowMs, log });
  const certificate =
    config.certificateDir === undefined
      ? undefined
      : await watchCertificate({
          folder: config.certificateDir,
          pidFile: join(config.runDir, 'turnserver.pid'),
          log,
          ...(timing.certificateEveryMs !== undefined && { everyMs: timing.certificateEveryMs }),
        });
  createAgentMetrics(registry, {
    load,
    allocationsTotal: () => book.allocationsTotal,
    peers: () => book.peers.length,
    databaseConnections: () => database.connections,
    certificateReloads: () => certificate?.reloads ?? 0,
  });
  const door = await openDrainDoor({
    ...{ port: config.drainPort, load, log },
    ...(timing.quietMs !== undefined && { quietMs: timing.quietMs }),
  });
  const handlers = createTurnService({
    instanceId: randomUUID(),
    load,
    peersVersion: () => peers.version,
    setPeers: async (next) => {
      await writePeers(peersPath, next);
      peers = next;
      book.peers = next.addresses;
      log.info({ version: next.version, addresses: next.addresses.length }, 'the peers were set');
    },
  });
  const server = await startRpcServer({
    address: config.grpcAddress,
    credentials,
    services: [rpcService({ service: TurnService, handlers, allow: ['operator'] })],
  });
  log.info({ port: server.port }, 'the agent serves');
  return {
    grpcPort: server.port,
    databasePort: database.port,
    drainPort: door.port,
    load,
    close: async () => {
      await server.close(closeGraceMs);
      await door.close();
      certificate?.close();
      await database.close();
    },
  };
}
