/** Leads changes of pods, hosts and pools to the meetings that they concern. */
import { objectKey } from '../kube/kube-resource.js';
import type { MeetingEvents } from '../meetings/events.js';
import type { OperatorCaches } from '../resources/caches.js';

export interface FollowCachesDeps {
  readonly caches: OperatorCaches;
  readonly events: MeetingEvents;
}

/** Returns what ends it. */
export function followCaches({ caches, events }: FollowCachesDeps): () => void {
  /** Our own status writes change a pool too, and concern no meeting. */
  const generations = new Map<string, number>();
  for (const pool of caches.pools.cache.values()) generations.set(objectKey(pool.metadata), pool.metadata.generation);
  const unsubscribe = [
    caches.pods.changes.subscribe((node) => events.nodeChanged(node)),
    caches.hosts.changes.subscribe((host) => {
      for (const { metadata } of caches.pods.cache.byIndex('host', host))
        events.nodeChanged(`${metadata.namespace}/${metadata.name}`);
    }),
    caches.pools.changes.subscribe((key) => {
      const generation = caches.pools.cache.get(key)?.metadata.generation;
      if (generations.get(key) === generation) return;
      if (generation === undefined) generations.delete(key);
      else generations.set(key, generation);
      events.namespaceChanged(key.slice(0, key.indexOf('/')));
    }),
  ];
  return () => {
    for (const end of unsubscribe) end();
  };
}
