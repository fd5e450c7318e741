/** Writes topologies to Redis, for signaling replicas that cannot reach the operator. Redis may be away: what is missed is made up. */
import { backoffMs } from '@parley/process/backoff.js';
import { toJsonString } from '@bufbuild/protobuf';
import { TopologySchema } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { MeetingTopology } from '../core/topology/topology.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import type { TopologyChange, TopologyFeed } from '../placement/topology-feed.js';
import { topologyMessage } from './topology-message.js';

export const TOPOLOGY_KEY_PREFIX = 'parley:topology:';
export const TOPOLOGY_CHANNEL = 'parley:topologies';

export interface RedisPublisher {
  close(): Promise<void>;
}

export interface RedisPublisherDeps {
  readonly url: string;
  readonly feed: TopologyFeed;
  readonly metrics: OperatorMetrics;
  readonly log: Logger;
}

const BATCH = 500;
const COMMAND_DEADLINE_MS = 2_000;
const CLOSE_DEADLINE_MS = 1_000;

/** Every change as it comes; everything, and a sweep of what is no more, at the start and whenever Redis comes back. */
export function startRedisPublisher(deps: RedisPublisherDeps): RedisPublisher {
  const { feed, metrics, log } = deps;
  /** By meeting: only the latest of several changes is written. */
  const pending = new Map<string, TopologyChange>();
  let flushing: Promise<void> | undefined;
  let sweepDue = false;
  let closed = false;
  const redis = new Redis(deps.url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_DEADLINE_MS,
    connectTimeout: COMMAND_DEADLINE_MS,
    retryStrategy: (attempt) => backoffMs({ firstMs: 200, lastMs: 2_000 }, attempt - 1, Math.random()),
  });
  const isReady = (): boolean => redis.status === 'ready' && !closed;

  const writeBatch = async (changes: readonly TopologyChange[]): Promise<void> => {
    const pipeline = redis.pipeline();
    for (const { kind, topology } of changes) {
      const key = `${TOPOLOGY_KEY_PREFIX}${topology.meetingId}`;
      const json = jsonOf(topology);
      if (kind === 'Changed') pipeline.set(key, json);
      else pipeline.del(key);
      pipeline.publish(TOPOLOGY_CHANNEL, json);
    }
    const results = await pipeline.exec();
    const failure = results?.find(([error]) => error !== null)?.[0];
    if (failure != null) throw failure;
    metrics.publications.inc({ outcome: 'Written' }, changes.length);
  };
  const takeBatch = (): TopologyChange[] => {
    const batch: TopologyChange[] = [];
    for (const [meetingId, change] of pending) {
      if (batch.length === BATCH) break;
      pending.delete(meetingId);
      batch.push(change);
    }
    return batch;
  };
  const flush = async (): Promise<void> => {
    while (isReady() && (pending.size > 0 || sweepDue)) {
      const batch = takeBatch();
      try {
        if (batch.length > 0) await writeBatch(batch);
        else await sweepOnce();
      } catch (error) {
        metrics.publications.inc({ outcome: 'Failed' }, Math.max(1, batch.length));
        log.warn({ err: error }, 'topologies could not be written to redis');
        for (const change of batch)
          if (!pending.has(change.topology.meetingId)) pending.set(change.topology.meetingId, change);
        // The connection comes back with a full republish; a command that timed out needs a new one.
        redis.disconnect(true);
        return;
      }
    }
  };
  const sweepOnce = async (): Promise<void> => {
    sweepDue = false;
    const stale: string[] = [];
    for await (const keys of redis.scanStream({ match: `${TOPOLOGY_KEY_PREFIX}*`, count: BATCH })) {
      for (const key of keys as string[]) {
        if (feed.get(key.slice(TOPOLOGY_KEY_PREFIX.length)) === undefined) stale.push(key);
      }
    }
    if (stale.length === 0) return;
    await redis.del(...stale);
    log.info({ keys: stale.length }, 'topologies of meetings that are no more were swept from redis');
  };
  const startFlush = (): void => {
    if (flushing !== undefined || !isReady()) return;
    flushing = flush().finally(() => {
      flushing = undefined;
      if (pending.size > 0 || sweepDue) startFlush();
    });
  };
  const publishAll = (): void => {
    metrics.redisUp.set(1);
    for (const topology of feed.values()) pending.set(topology.meetingId, { kind: 'Changed', topology });
    // What isn't known yet isn't stale.
    if (feed.complete) sweepDue = true;
    startFlush();
  };

  const unsubscribe = feed.subscribe((change) => {
    pending.set(change.topology.meetingId, change);
    startFlush();
  });
  feed.onComplete(() => {
    sweepDue = true;
    startFlush();
  });
  metrics.redisUp.set(0);
  redis.on('ready', publishAll);
  redis.on('close', () => metrics.redisUp.set(0));
  redis.on('error', (error: Error) => log.debug({ err: error }, 'redis cannot be reached'));

  return {
    close: async () => {
      unsubscribe();
      if (flushing !== undefined && !closed)
        await Promise.race([flushing, new Promise((resolve) => setTimeout(resolve, CLOSE_DEADLINE_MS).unref())]);
      closed = true;
      redis.disconnect();
    },
  };
}

function jsonOf(topology: MeetingTopology): string {
  return toJsonString(TopologySchema, topologyMessage(topology));
}
