import { endedDrains, seenDrains, type SeenDrain } from '../core/pool/drain-outcomes.js';
import type { PoolPlan } from '../core/pool/plan.js';
import type { PoolWorld } from '../core/pool/world.js';
import { DRAIN_PHASES, type DrainMetrics } from '../metrics/drain-metrics.js';

/** Follows drains from plan to plan, for the metrics of one leadership. */
export interface DrainObserver {
  observe(pool: string, world: Pick<PoolWorld, 'nodes' | 'nowMs'>, plan: Pick<PoolPlan, 'drains'>): void;
  forget(pool: string): void;
  /** A standby drains nothing. */
  close(): void;
}

export function createDrainObserver(metrics: DrainMetrics): DrainObserver {
  const pools = new Map<string, ReadonlyMap<string, SeenDrain>>();
  const publish = (): void => {
    const counts = new Map(DRAIN_PHASES.map((phase) => [phase, 0]));
    for (const seen of pools.values())
      for (const { drain } of seen.values()) counts.set(drain.phase, (counts.get(drain.phase) ?? 0) + 1);
    for (const [phase, count] of counts) metrics.drains.set({ phase }, count);
  };
  return {
    observe: (pool, { nodes, nowMs }, { drains }) => {
      const before = pools.get(pool) ?? new Map<string, SeenDrain>();
      for (const { outcome, seconds } of endedDrains(before, { nodes, drains, nowMs }))
        metrics.drainSeconds.observe({ outcome }, seconds);
      pools.set(pool, seenDrains(nodes, drains));
      publish();
    },
    forget: (pool) => {
      if (pools.delete(pool)) publish();
    },
    close: () => {
      pools.clear();
      publish();
    },
  };
}
