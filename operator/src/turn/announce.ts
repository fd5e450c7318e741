/** Law 5: each decision is logged, counted and made an event, with one and the same reason. */
import { API_VERSION } from '@parley/crds/api-group.js';
import { meaningOf } from '@parley/crds/reasons.js';
import type { SFUPool } from '@parley/crds/sfu-pool.js';
import type { Logger } from 'pino';
import type { TurnPlan } from '../core/turn/plan.js';
import type { TurnRecommendation } from '../core/turn/recommend.js';
import type { EventRecorder } from '../kube/event-recorder.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';

export interface AnnounceTurnDeps {
  readonly events: EventRecorder;
  readonly metrics: OperatorMetrics;
}

export interface TurnAnnouncement {
  readonly pool: SFUPool;
  readonly plan: TurnPlan;
  readonly recommendation: TurnRecommendation;
  readonly log: Logger;
}

export function announceTurnPlan(deps: AnnounceTurnDeps, announcement: TurnAnnouncement): void {
  const { pool, plan, recommendation, log } = announcement;
  if (plan.actions.length === 0) return;
  log.info({ actions: plan.actions, ...recommendation }, 'the TURN servers of a pool are changed');
  const { name, namespace, uid } = pool.metadata;
  for (const { type, server, reason } of plan.actions) {
    deps.metrics.turnActions.inc({ action: type, reason });
    const isScaling = reason === 'TurnBelowDesired' || reason === 'TurnAboveDesired';
    const why = isScaling ? ` ${meaningOf(recommendation.reason)}` : '';
    deps.events.record({
      regarding: { apiVersion: API_VERSION, kind: 'SFUPool', name, namespace, uid },
      type: reason === 'TurnFailed' ? 'Warning' : 'Normal',
      reason,
      action: type,
      note: `${server}: ${meaningOf(reason)}${why}`,
    });
  }
}
