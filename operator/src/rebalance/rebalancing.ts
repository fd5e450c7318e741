/** Each second, nodes that carry too much are looked at; the meetings that are to leave them are planned anew in their own queue. */
import type { Clock } from '../kube/clock.js';
import type { MeetingStore } from '../meetings/meeting-store.js';
import type { RebalanceMetrics } from '../metrics/rebalance-metrics.js';
import type { NodeDirectory } from '../nodes/node-directory.js';
import type { Rebalancer } from './rebalancer.js';

export interface RebalancingDeps {
  readonly rebalancer: Rebalancer;
  readonly directory: Pick<NodeDirectory, 'subscribe'>;
  readonly store: Pick<MeetingStore, 'get'>;
  readonly rebalanceMetrics: RebalanceMetrics;
  readonly clock: Pick<Clock, 'after'>;
  readonly enqueue: (key: string) => void;
}

const STEP_MS = 1_000;

/** Returns what ends it. */
export function startRebalancing(deps: RebalancingDeps): () => void {
  const { rebalancer, store, clock } = deps;
  const { crowded, reliefs } = deps.rebalanceMetrics;
  const unsubscribe = deps.directory.subscribe((event) => {
    if (event.kind === 'LoadReported') rebalancer.reported(event.node);
  });
  const step = (): void => {
    const { changed, outcomes } = rebalancer.step();
    for (const outcome of outcomes) reliefs.inc({ outcome });
    crowded.set(rebalancer.size);
    for (const meetingId of changed) {
      const record = store.get(meetingId);
      if (record !== undefined) deps.enqueue(record.key);
    }
    cancel = clock.after(STEP_MS, step);
  };
  let cancel = clock.after(STEP_MS, step);
  return () => {
    unsubscribe();
    cancel();
    crowded.set(0);
  };
}
