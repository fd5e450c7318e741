/** The announced addresses of all nodes: what TURN servers may relay to. Followed, and gathered at most so often. */
import { turnPeersOf, type TurnPeers } from '../core/turn/turn-peers.js';
import type { Clock } from '../kube/clock.js';
import type { NodeViews } from '../nodes/node-views.js';
import type { OperatorCaches } from '../resources/caches.js';

export interface NodePeers {
  current(): TurnPeers;
  subscribe(listener: () => void): () => void;
  close(): void;
}

export interface NodePeersDeps {
  readonly caches: Pick<OperatorCaches, 'pods' | 'hosts' | 'pools'>;
  readonly views: Pick<NodeViews, 'announcedAddresses'>;
  readonly clock: Clock;
}

/** A pool that starts a hundred nodes is gathered once. */
const GATHER_MS = 100;

export function createNodePeers({ caches, views, clock }: NodePeersDeps): NodePeers {
  const listeners = new Set<() => void>();
  const gather = (): TurnPeers =>
    turnPeersOf([...caches.pods.cache.values()].flatMap((pod) => [...views.announcedAddresses(pod)]));
  let peers = gather();
  let cancel: (() => void) | undefined;
  const changed = (): void => {
    cancel ??= clock.after(GATHER_MS, () => {
      cancel = undefined;
      const next = gather();
      if (next.version === peers.version) return;
      peers = next;
      for (const listener of listeners) listener();
    });
  };
  const unsubscribe = [caches.pods, caches.hosts, caches.pools].map(({ changes }) => changes.subscribe(changed));
  return {
    current: () => peers,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      cancel?.();
      for (const end of unsubscribe) end();
    },
  };
}
