import type { SFUPool, SFUPoolStatus } from '@parley/crds/sfu-pool.js';
import { planPool } from '../core/pool/plan.js';
import { isPoolWrittenAtOnce, isSamePoolStatus, ownPoolStatus, statusOfPool } from '../core/status/pool-status.js';
import type { Reconcile } from '../kube/controller-loop.js';
import { isAtLeastVersion } from '../kube/kube-resource.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { CountWrites } from '../meetings/count-writes.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import type { PoolScaler } from '../scaling/pool-scaler.js';
import { SFU_POOLS } from '../resources/parley-resources.js';
import { announcePoolPlan, announceScaling, type AnnouncePoolDeps } from './announce.js';
import { applyDisruptionBudget, applyPoolPlan, type ApplyPoolDeps } from './apply.js';
import type { DrainObserver } from './drain-observer.js';
import { observePool, type ObservePoolDeps } from './observe.js';
import { createPoolMetrics } from './pool-metrics.js';

export interface PoolControllerDeps extends ObservePoolDeps, ApplyPoolDeps, AnnouncePoolDeps {
  readonly pods: ObservePoolDeps['pods'] & ApplyPoolDeps['pods'];
  readonly departures: ApplyPoolDeps['departures'];
  readonly pools: ObjectCache<SFUPool>;
  readonly scaler: PoolScaler;
  readonly counts: CountWrites;
  readonly metrics: OperatorMetrics;
  readonly drainObserver: DrainObserver;
}

interface WrittenPool {
  readonly uid: string;
  readonly status: SFUPoolStatus;
  readonly resourceVersion: string;
  readonly atMs: number;
}

export interface PoolReconciler {
  readonly reconcile: Reconcile;
  /** The status that was written last, in `clock`'s monotonic time; undefined when this leader has written none. */
  written(key: string): { readonly participants: number; readonly atMs: number } | undefined;
  /** Takes its metrics away: a standby knows no numbers. */
  close(): void;
}

/** Certificates come of age, and a deleted disruption budget is made again. */
const LOOK_AGAIN_MS = 600_000;
/** A pod that was refused is tried again: a quota may have been raised. */
const REFUSED_RETRY_MS = 30_000;
/** What nodes carry changes without an event: scaling looks so often. */
const SCALING_EVERY_MS = 5_000;
/** The words and wishes of scaling alone are written so often at most. */
const SCALING_WRITE_MS = 10_000;

/** A pool's owned objects go with it: Kubernetes deletes them, and no finalizer is needed. */
export function createPoolReconciler(deps: PoolControllerDeps): PoolReconciler {
  const written = new Map<string, WrittenPool>();
  const budgeted = new Map<string, number>();
  const numbers = createPoolMetrics(deps.metrics);

  const reconcile: Reconcile = async (key, { signal, log }) => {
    const pool = deps.pools.get(key);
    if (pool === undefined || pool.metadata.deletionTimestamp !== undefined) {
      written.delete(key);
      budgeted.delete(key);
      deps.scaler.forget(key);
      numbers.forget(key);
      deps.drainObserver.forget(key);
      return {};
    }
    if (deps.issuer.authorities().signing === undefined) return { requeueAfterMs: 100 };
    await keepBudget(pool, key, signal);
    const scaling = deps.scaler.plan(pool);
    const desired = scaling?.plan.desired ?? pool.spec.replicas;
    const { world, nodes, pods, againAfterMs } = await observePool(deps, { pool, desired, signal });
    const plan = planPool(world);
    if (scaling !== undefined) announceScaling(deps, { pool, scaling, log });
    numbers.publish(key, { desired, scaling: scaling?.plan });
    deps.drainObserver.observe(key, world, plan);
    announcePoolPlan(deps, { pool, plan, log });
    const refusal = await applyPoolPlan(deps, { pool, actions: plan.actions, pods, signal });
    const previous = lastStatus(key, pool);
    const next = statusOfPool({
      pool,
      previous,
      nodes,
      plan,
      desired,
      scaling: scaling?.plan,
      refusal,
      nowMs: deps.clock.nowMs(),
    });
    await write({ key, pool, previous, next, signal });
    const waitMs = Math.min(
      plan.requeueAfterMs ?? LOOK_AGAIN_MS,
      againAfterMs ?? LOOK_AGAIN_MS,
      refusal === undefined ? LOOK_AGAIN_MS : REFUSED_RETRY_MS,
      scaling === undefined ? LOOK_AGAIN_MS : SCALING_EVERY_MS,
      scaling?.plan.againAfterMs ?? LOOK_AGAIN_MS,
    );
    return { requeueAfterMs: waitMs };
  };

  const keepBudget = async (pool: SFUPool, key: string, signal: AbortSignal): Promise<void> => {
    const nowMs = deps.clock.monotonicMs();
    const appliedAtMs = budgeted.get(key);
    if (appliedAtMs !== undefined && nowMs - appliedAtMs < LOOK_AGAIN_MS) return;
    await applyDisruptionBudget(deps, pool, signal);
    budgeted.set(key, nowMs);
  };
  const lastStatus = (key: string, pool: SFUPool): SFUPoolStatus | undefined => {
    const last = written.get(key);
    const cached = pool.status && ownPoolStatus(pool.status);
    if (last === undefined || last.uid !== pool.metadata.uid) return cached;
    return isAtLeastVersion(pool.metadata.resourceVersion, last.resourceVersion) ? cached : last.status;
  };
  /** What signals say changes without anybody coming or going, too. */
  const isScalingDue = (key: string, { scaling }: SFUPoolStatus): boolean =>
    scaling !== undefined &&
    deps.clock.monotonicMs() - (written.get(key)?.atMs ?? Number.NEGATIVE_INFINITY) >= SCALING_WRITE_MS;
  const write = async (input: WriteInput): Promise<void> => {
    const { key, pool, previous, next } = input;
    const isGranted = deps.counts.take(`pool ${key}`) || isScalingDue(key, next);
    const isNews = isPoolWrittenAtOnce(previous, next);
    if (!isNews && (!isGranted || isSamePoolStatus(previous, next))) return;
    const { name, namespace, uid } = pool.metadata;
    const desired = { metadata: { name, namespace }, status: next };
    const { resourceVersion } = await deps.writer.applyStatus(SFU_POOLS, desired, { signal: input.signal });
    deps.metrics.statusWrites.inc({ kind: 'SFUPool', cause: isNews ? 'Change' : 'Counts' });
    written.set(key, { uid, status: next, resourceVersion, atMs: deps.clock.monotonicMs() });
  };

  return {
    reconcile,
    written: (key) => {
      const last = written.get(key);
      return last && { participants: last.status.participants ?? 0, atMs: last.atMs };
    },
    close: () => numbers.close(),
  };
}

interface WriteInput {
  readonly key: string;
  readonly pool: SFUPool;
  readonly previous: SFUPoolStatus | undefined;
  readonly next: SFUPoolStatus;
  readonly signal: AbortSignal;
}
