/** Law 5: each decision is logged, counted and made an event, with one and the same reason. */
import { API_VERSION } from '@parley/crds/api-group.js';
import { meaningOf, type PoolActionReason, type ScalingReason } from '@parley/crds/reasons.js';
import type { SFUPool } from '@parley/crds/sfu-pool.js';
import type { Logger } from 'pino';
import type { PoolPlan } from '../core/pool/plan.js';
import type { EventRecorder } from '../kube/event-recorder.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import type { PoolScaling } from '../scaling/pool-scaler.js';

export interface AnnouncePoolDeps {
  readonly events: EventRecorder;
  readonly metrics: OperatorMetrics;
}

export interface PoolAnnouncement {
  readonly pool: SFUPool;
  readonly plan: PoolPlan;
  readonly log: Logger;
}

const WARNINGS: ReadonlySet<PoolActionReason> = new Set(['NodeFailed', 'DrainDeadlineExceeded']);

export function announcePoolPlan(deps: AnnouncePoolDeps, { pool, plan, log }: PoolAnnouncement): void {
  if (plan.actions.length === 0) return;
  log.info({ actions: plan.actions }, 'a pool is changed');
  const { name, namespace, uid } = pool.metadata;
  for (const action of plan.actions) {
    const { type, node, reason } = action;
    deps.metrics.poolActions.inc({ action: type, reason });
    // The meetings tell of it themselves.
    if (type === 'MigrateMeetings') continue;
    const deadline = type === 'StartDrain' ? ` Drained by ${new Date(action.drain.deadlineMs).toISOString()}.` : '';
    deps.events.record({
      regarding: { apiVersion: API_VERSION, kind: 'SFUPool', name, namespace, uid },
      type: WARNINGS.has(reason) ? 'Warning' : 'Normal',
      reason,
      action: type,
      note: `${node}: ${meaningOf(reason)}${deadline}`,
    });
  }
}

export interface ScalingAnnouncement {
  readonly pool: SFUPool;
  readonly scaling: PoolScaling;
  readonly log: Logger;
}

export function announceScaling(
  deps: AnnouncePoolDeps,
  { pool, scaling: { plan, before }, log }: ScalingAnnouncement,
): void {
  const { desired, wish, winner = '', heldBack } = plan;
  if (desired === before) return;
  const reason: ScalingReason = desired > before ? 'ScaledUp' : 'ScaledDown';
  log.info({ reason, before, desired, wish, winner, heldBack }, 'a pool is scaled');
  deps.metrics.poolActions.inc({ action: 'Scale', reason });
  const { name, namespace, uid } = pool.metadata;
  const why = heldBack === undefined ? '' : ` ${meaningOf(heldBack)}`;
  deps.events.record({
    regarding: { apiVersion: API_VERSION, kind: 'SFUPool', name, namespace, uid },
    type: 'Normal',
    reason,
    action: 'Scale',
    note: `From ${String(before)} to ${String(desired)}: ${winner} wishes ${String(wish)}.${why}`,
  });
}
