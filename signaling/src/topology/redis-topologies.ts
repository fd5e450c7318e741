/** Topologies as the operator's leader publishes them in Redis: a key each, and a channel of changes. */
import { fromJsonString } from '@bufbuild/protobuf';
import { TopologySchema, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { Logger } from '@parley/process/log.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { FetchTopology, TopologyFeed } from './topology-directory.js';

export const topologyChannel = 'parley:topologies';
const batch = 200;

export function topologyKey(meetingId: string): string {
  return `parley:topology:${meetingId}`;
}

export function createRedisFetch(redis: RedisConnection, log: Logger): FetchTopology {
  return async (meetingId) => {
    const text = await redis.run((commands) => commands.get(topologyKey(meetingId)));
    return text === null || text === undefined ? text : parseTopology(text, log);
  };
}

/** Feeds changes from the channel; after a reconnection also what was missed of the meetings that are known. */
export function followRedis(redis: RedisConnection, feed: TopologyFeed, log: Logger): void {
  redis.subscribe(topologyChannel, (message) => {
    const topology = parseTopology(message, log);
    if (topology !== undefined) feed.offer(topology);
  });
  redis.onConnected(() => void refresh(redis, feed, log));
}

async function refresh(redis: RedisConnection, feed: TopologyFeed, log: Logger): Promise<void> {
  const ids = feed.ids();
  for (let from = 0; from < ids.length; from += batch) {
    const keys = ids.slice(from, from + batch).map(topologyKey);
    const texts = await redis.run((commands) => commands.mget(keys));
    for (const text of texts ?? []) {
      const topology = text === null ? undefined : parseTopology(text, log);
      if (topology !== undefined) feed.offer(topology);
    }
  }
}

function parseTopology(text: string, log: Logger): Topology | undefined {
  try {
    return fromJsonString(TopologySchema, text, { ignoreUnknownFields: true });
  } catch (error) {
    log.warn({ err: error }, 'redis holds a topology that cannot be read');
    return undefined;
  }
}
