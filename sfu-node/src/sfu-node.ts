/** One node, whole: workers, rooms, services. What main.ts starts, and what tests start in their own process. */
import { randomUUID } from 'node:crypto';
import type { Logger } from '@parley/process/log.js';
import { MediaService } from '@parley/proto/gen/parley/v1/media_pb.js';
import { NodeService } from '@parley/proto/gen/parley/v1/node_pb.js';
import { RelayService } from '@parley/proto/gen/parley/v1/relay_pb.js';
import { rpcService, startRpcServer, type RpcServer } from '@parley/proto/rpc-server.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import { routerCodecs } from '@parley/relay/media/router-codecs.js';
import { createRelays } from '@parley/relay/relays.js';
import { createMediaJson } from '@parley/relay/media/media-json.js';
import { createMediaWorker } from '@parley/relay/media/create-media-worker.js';
import type { Registry } from 'prom-client';
import type { NodeConfig } from './config.js';
import { createLoadReporter } from './load/load-reporter.js';
import { LoadSampler } from './load/load-sampler.js';
import { createLoadMetrics } from './metrics/load-metrics.js';
import { createRoomMetrics, type RoomCounts } from './metrics/room-metrics.js';
import { createRpcMetrics } from './metrics/rpc-metrics.js';
import { createNodeUsage } from './rooms/node-usage.js';
import { RoomRegistry } from './rooms/room-registry.js';
import { instrumented } from './rpc/instrumented.js';
import { createMediaService } from './rpc/media-service.js';
import { createNodeService } from './rpc/node-service.js';
import type { LiveWorker } from './workers/live-worker.js';
import type { NodeUse } from './until-empty.js';
import { WorkerPool } from './workers/worker-pool.js';

export interface SfuNodeOptions {
  readonly config: Omit<NodeConfig, 'tlsDir' | 'logLevel' | 'telemetryPort' | 'otlpEndpoint' | 'drainMs'>;
  readonly credentials: RpcCredentials;
  readonly registry: Registry;
  readonly version: string;
  readonly log: Logger;
}

export interface SfuNode extends NodeUse {
  /** The port of its gRPC server. */
  readonly port: number;
  readonly pool: WorkerPool;
  readonly rooms: RoomRegistry;
  /** Undefined when it can take rooms; otherwise why not. */
  notReadyBecause(): string | undefined;
  close(): Promise<void>;
}

const closeGraceMs = 500;
/** Addresses that mean all of the machine's, and that no client can reach. */
const unspecified: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** @throws Error when a worker, a port or the gRPC server can't be had; nothing is left behind then. */
export async function startSfuNode(options: SfuNodeOptions): Promise<SfuNode> {
  const { config, log, registry } = options;
  const instanceId = randomUUID();
  let workerDied = (): void => undefined;
  const pool = await WorkerPool.start({
    workers: config.workers,
    listenIp: config.rtcListenIp,
    rtcPort: config.rtcPort,
    log,
    createWorker: createMediaWorker,
    onDeath: () => workerDied(),
  });
  const sampler = new LoadSampler(() => pool.live, log);
  const usage = createNodeUsage();
  const counts = (): RoomCounts => ({
    rooms: rooms.rooms.size,
    ...usage,
    transports: pool.live.reduce((sum, { transports }) => sum + transports.size, 0),
    relays: rooms.relays,
  });
  const roomMetrics = createRoomMetrics(registry, counts);
  const workerMetrics = createLoadMetrics(registry, {
    sample: () => sampler.latest,
    liveWorkers: () => pool.live.length,
  });
  workerDied = () => workerMetrics.workerDied();
  const relays = createRelays({ config, instanceId, credentials: options.credentials, registry, log });
  const rooms = new RoomRegistry({
    nodeName: config.nodeName,
    ownAddresses: unspecified.has(config.rtcListenIp) ? [config.podIp] : [],
    limits: config.limits,
    usage,
    pool,
    mediaJson: createMediaJson(config.limits.jsonBytes),
    routerRtpCapabilitiesJson: await readRouterCapabilities(pool.live[0]),
    metrics: roomMetrics,
    createRelays: relays.createRoomRelays,
    nowMs: Date.now,
    log,
  });
  const { participants, consumers } = config.limits;
  const reporter = createLoadReporter({
    instanceId,
    registry: rooms,
    counts,
    capacity: { participants, consumers },
    sample: () => sampler.latest,
  });
  const description = {
    node: config.nodeName,
    instanceId,
    workers: config.workers,
    version: options.version,
    capacity: { participants, consumers },
  };

  const closeParts = async (server?: RpcServer): Promise<void> => {
    rooms.close();
    await relays.close();
    await server?.close(closeGraceMs);
    sampler.close();
    pool.close();
  };
  const instruments = { metrics: createRpcMetrics(registry), log };
  try {
    const server = await startRpcServer({
      address: config.grpcAddress,
      credentials: options.credentials,
      services: [
        rpcService({
          service: NodeService,
          handlers: instrumented(
            NodeService,
            createNodeService({ description, registry: rooms, reporter }),
            instruments,
          ),
          allow: ['operator'],
        }),
        rpcService({
          service: MediaService,
          handlers: instrumented(MediaService, createMediaService(rooms), instruments),
          allow: ['signaling'],
        }),
        rpcService({
          service: RelayService,
          handlers: instrumented(RelayService, relays.handlers, instruments),
          allow: ['node', 'recorder'],
        }),
      ],
    });
    log.info({ port: server.port, instanceId, workers: config.workers }, 'node serves');
    let closing: Promise<void> | undefined;
    return {
      port: server.port,
      pool,
      rooms,
      get participants() {
        return usage.participants;
      },
      get passesMedia() {
        return rooms.passesMedia;
      },
      notReadyBecause: () => (pool.live.length === 0 ? 'no media worker is alive' : undefined),
      close: () => (closing ??= closeParts(server)),
    };
  } catch (error) {
    await closeParts();
    throw error;
  }
}

/** By it a phone says how its picture is to be turned. */
const turnedPictures = 'urn:3gpp:video-orientation';

/**
 * Each router's are the same: they follow from the codecs. Clients are not told of turned pictures, so phones turn theirs before they send
 * them: in a recording nobody turns each by what its packets say.
 */
async function readRouterCapabilities(live: LiveWorker | undefined): Promise<string> {
  if (live === undefined) throw new Error('no media worker lives');
  const router = await live.worker.createRouter({ mediaCodecs: routerCodecs });
  const { codecs, headerExtensions = [] } = router.rtpCapabilities;
  router.close();
  return JSON.stringify({ codecs, headerExtensions: headerExtensions.filter(({ uri }) => uri !== turnedPictures) });
}
