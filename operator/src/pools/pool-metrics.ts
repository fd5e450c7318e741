/** A pool's numbers as metrics; they go with the pool, and with the leadership. */
import { HELD_BACK_REASONS } from '@parley/crds/reasons.js';
import type { ScalingPlan } from '../core/scaling/plan.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';

export interface PoolNumbers {
  readonly desired: number;
  /** Undefined: replicas decides. */
  readonly scaling: ScalingPlan | undefined;
}

export interface PoolMetrics {
  publish(poolKey: string, numbers: PoolNumbers): void;
  forget(poolKey: string): void;
  close(): void;
}

type PoolGauges = Pick<OperatorMetrics, 'poolDesired' | 'poolWished' | 'poolHeldBack'>;

export function createPoolMetrics({ poolDesired, poolWished, poolHeldBack }: PoolGauges): PoolMetrics {
  /** Signals with a wish, by pool. */
  const published = new Map<string, ReadonlySet<string>>();

  const publishSignals = (poolKey: string, wishes: ReadonlyMap<string, number>): void => {
    const pool = labelsOf(poolKey);
    for (const signal of published.get(poolKey) ?? []) if (!wishes.has(signal)) poolWished.remove({ ...pool, signal });
    for (const [signal, wish] of wishes) poolWished.set({ ...pool, signal }, wish);
    published.set(poolKey, new Set(wishes.keys()));
  };
  const forget = (poolKey: string): void => {
    const pool = labelsOf(poolKey);
    publishSignals(poolKey, new Map());
    published.delete(poolKey);
    poolDesired.remove(pool);
    for (const reason of Object.keys(HELD_BACK_REASONS)) poolHeldBack.remove({ ...pool, reason });
  };
  return {
    publish: (poolKey, { desired, scaling }) => {
      const pool = labelsOf(poolKey);
      poolDesired.set(pool, desired);
      publishSignals(
        poolKey,
        new Map(scaling?.signals.flatMap(({ name, wish }) => (wish === undefined ? [] : [[name, wish] as const]))),
      );
      for (const reason of Object.keys(HELD_BACK_REASONS))
        poolHeldBack.set({ ...pool, reason }, scaling?.heldBack === reason ? 1 : 0);
    },
    forget,
    close: () => {
      for (const poolKey of [...published.keys()]) forget(poolKey);
    },
  };
}

function labelsOf(poolKey: string): { readonly namespace: string; readonly pool: string } {
  const slash = poolKey.indexOf('/');
  return { namespace: poolKey.slice(0, slash), pool: poolKey.slice(slash + 1) };
}
