/** What makes a pool be looked at again: itself, its pods, their hosts, and what its nodes report. */
import type { KeySource } from '../kube/object-cache.js';
import type { DrainingNodes } from '../nodes/draining-nodes.js';
import type { NodeDirectory } from '../nodes/node-directory.js';
import { poolKeyOf } from '../nodes/node-views.js';
import type { OperatorCaches } from '../resources/caches.js';

export interface PoolEventsDeps {
  readonly caches: OperatorCaches;
  readonly directory: NodeDirectory;
  readonly enqueue: (poolKey: string) => void;
  /** A node of the pool reports another number of people. */
  readonly onCounts: (poolKey: string) => void;
  readonly draining: Pick<DrainingNodes, 'has'>;
}

export function poolSources({ pools, pods }: OperatorCaches): readonly KeySource[] {
  return [pools.changes, pods.changesOf('pool')];
}

/** Returns what ends it. */
export function followPoolEvents(deps: PoolEventsDeps): () => void {
  const { caches, directory } = deps;
  const poolOf = (node: string): string | undefined => {
    const pod = caches.pods.cache.get(node);
    return pod === undefined ? undefined : poolKeyOf(pod);
  };
  const unsubscribe = [
    caches.hosts.changes.subscribe((host) => {
      for (const pod of caches.pods.cache.byIndex('host', host)) deps.enqueue(poolKeyOf(pod));
    }),
    caches.secrets.changes.subscribe(() => {
      // Another authority signs: all certificates are to be looked at.
      for (const key of caches.pools.cache.keys()) deps.enqueue(key);
    }),
    directory.subscribe((event) => {
      if (event.kind === 'LoadReported') return;
      const pool = poolOf(event.node);
      if (pool === undefined) return;
      if (event.kind === 'MeetingReported') deps.onCounts(pool);
      const isLeft = event.kind === 'MeetingReported' && event.participants === 0 && deps.draining.has(event.node);
      if (event.kind !== 'MeetingReported' || isLeft) deps.enqueue(pool);
    }),
  ];
  return () => {
    for (const end of unsubscribe) end();
  };
}
