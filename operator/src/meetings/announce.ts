/** Law 5: each decision is logged, counted and, where a person would want to know, made an event, with one and the same reason. */
import { API_VERSION } from '@parley/crds/api-group.js';
import type { Meeting } from '@parley/crds/meeting.js';
import { meaningOf, type RefusalReason } from '@parley/crds/reasons.js';
import type { Logger } from 'pino';
import type { MeetingAction } from '../core/meeting/plan.js';
import type { EventRecorder } from '../kube/event-recorder.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import type { MeetingDecision } from './meeting-decider.js';

export interface AnnounceDeps {
  readonly events: EventRecorder;
  readonly metrics: OperatorMetrics;
}

export interface Announcement {
  readonly meeting: Meeting;
  readonly decision: MeetingDecision;
  readonly log: Logger;
}

export function announceMeetingPlan(deps: AnnounceDeps, { meeting, decision, log }: Announcement): void {
  const { plan, verdictChanged } = decision;
  const { topology, verdict } = plan;
  for (const action of plan.actions) announceAction(deps, meeting, action);
  if (plan.changed) {
    deps.metrics.topologyChanges.inc({ reason: plan.actions[0]?.reason ?? verdict.reason });
    log.info(
      {
        meetingId: topology.meetingId,
        term: topology.term,
        epoch: topology.epoch,
        state: topology.state,
        reason: verdict.reason,
        actions: plan.actions,
      },
      'a topology was decided',
    );
  }
  const isRefused = !verdict.placed && topology.state !== 'Ended';
  const isCutOff = verdict.reason === 'NodesCutOff' && verdictChanged;
  if (!isCutOff && (!isRefused || !(plan.changed || verdictChanged))) return;
  for (const debt of verdict.owing) deps.metrics.refusals.inc({ reason: debt.reason });
  record(deps, meeting, {
    type: 'Warning',
    reason: verdict.reason,
    action: 'Place',
    note: meaningOf(verdict.reason),
  });
}

function announceAction(deps: AnnounceDeps, meeting: Meeting, action: MeetingAction): void {
  const { reason } = action;
  switch (action.type) {
    case 'AddPlacement':
      deps.metrics.placements.inc({ reason });
      record(deps, meeting, {
        type: 'Normal',
        reason,
        action: 'Place',
        note: `Placed on ${action.node}. ${meaningOf(reason)}`,
      });
      return;
    case 'DrainPlacement':
      record(deps, meeting, {
        type: 'Normal',
        reason,
        action: 'Drain',
        note: `${reason === 'Relieving' ? 'Relieving' : 'Leaving'} ${action.node}. ${meaningOf(reason)}`,
      });
      return;
    case 'AvoidRelay':
      record(deps, meeting, {
        type: 'Warning',
        reason,
        action: 'Relay',
        note: `Between ${action.between.join(' and ')}. ${meaningOf(reason)}`,
      });
      return;
    case 'RemovePlacement':
      if (reason === 'EndedByHost') return;
      record(deps, meeting, {
        type: reason === 'Drained' || reason === 'Relieved' ? 'Normal' : 'Warning',
        reason,
        action: reason === 'ReplacedLostNode' ? 'Replace' : 'Drain',
        note: `Taken from ${action.node}. ${meaningOf(reason)}`,
      });
      return;
    case 'PlaceTap':
      record(deps, meeting, {
        type: reason === 'TapLostNode' ? 'Warning' : 'Normal',
        reason,
        action: 'Record',
        note: `${action.recorder} gets the meeting from ${action.node}. ${meaningOf(reason)}`,
      });
      return;
    case 'RemoveTap':
      record(deps, meeting, {
        type: 'Normal',
        reason,
        action: 'Record',
        note: `${action.recorder} gets the meeting no longer. ${meaningOf(reason)}`,
      });
      return;
    case 'EndMeeting':
      record(deps, meeting, { type: 'Normal', reason, action: 'End', note: meaningOf(reason) });
  }
}

/** People wait until there is room. */
export function announceWaiting(deps: AnnounceDeps, meeting: Meeting, reason: RefusalReason): void {
  const note = `People wait to be let in. ${meaningOf(reason)}`;
  record(deps, meeting, { type: 'Warning', reason, action: 'Place', note });
}

type EventBody = Omit<Parameters<EventRecorder['record']>[0], 'regarding'>;

function record({ events }: AnnounceDeps, { metadata }: Meeting, body: EventBody): void {
  const { name, namespace, uid } = metadata;
  events.record({ regarding: { apiVersion: API_VERSION, kind: 'Meeting', name, namespace, uid }, ...body });
}
