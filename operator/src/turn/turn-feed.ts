/** The TURN servers that clients may be given, by pool; for signaling's streams, and for nobody else: it holds their secrets. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TurnServerSchema } from '@parley/proto/gen/parley/v1/placement_pb.js';

export type FedTurnServer = MessageInitShape<typeof TurnServerSchema>;

export interface TurnFeed {
  servers(): FedTurnServer[];
  /** What a pool has; none: it is forgotten. */
  publish(poolKey: string, servers: readonly FedTurnServer[]): void;
  subscribe(listener: () => void): () => void;
}

export function createTurnFeed(): TurnFeed {
  const pools = new Map<string, readonly FedTurnServer[]>();
  const listeners = new Set<() => void>();
  return {
    servers: () => [...pools.values()].flat(),
    publish: (poolKey, servers) => {
      if (JSON.stringify(pools.get(poolKey) ?? []) === JSON.stringify(servers)) return;
      if (servers.length === 0) pools.delete(poolKey);
      else pools.set(poolKey, servers);
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
