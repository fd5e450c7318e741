/** Law 5: each decision is logged, counted and made an event, with one and the same reason. */
import { API_VERSION } from '@parley/crds/api-group.js';
import type { RecordingJob, RecordingJobStatus } from '@parley/crds/recording-job.js';
import { meaningOf } from '@parley/crds/reasons.js';
import type { Logger } from 'pino';
import type { RecordingPlan } from '../core/recording/recording-plan.js';
import { isOver } from '../core/recording/world.js';
import type { EventRecorder } from '../kube/event-recorder.js';
import type { RecordingMetrics } from '../metrics/recording-metrics.js';

export interface AnnounceRecordingDeps {
  readonly events: EventRecorder;
  readonly metrics: RecordingMetrics;
}

export interface RecordingAnnouncement {
  readonly job: RecordingJob;
  readonly plan: RecordingPlan;
  /** As written last. */
  readonly before: RecordingJobStatus | undefined;
  readonly after: RecordingJobStatus | undefined;
  readonly log: Logger;
}

/** Once what was decided stands in the status. */
export function announceRecording(deps: AnnounceRecordingDeps, announcement: RecordingAnnouncement): void {
  const { plan, log } = announcement;
  if (plan.actions.length > 0) log.info({ actions: plan.actions }, 'a recording is acted on');
  for (const { type, reason } of plan.actions) deps.metrics.actions.inc({ action: type, reason });
  announceEnd(deps, announcement);
  announceData(deps, announcement);
  announcePhase(deps, announcement);
}

function announceData(deps: AnnounceRecordingDeps, { job, before, after }: RecordingAnnouncement): void {
  const stored = conditionOf(after, 'Stored');
  if (stored === undefined || stored.reason === 'DataStored' || stored.reason === conditionOf(before, 'Stored')?.reason)
    return;
  record(deps, job, { reason: stored.reason, note: stored.message, isWarning: stored.reason === 'DeletionFailed' });
}

function announcePhase(deps: AnnounceRecordingDeps, { job, before, after, log }: RecordingAnnouncement): void {
  const complete = conditionOf(after, 'Complete');
  const phase = after?.phase;
  if (phase === undefined || complete === undefined) return;
  if (before?.phase === phase && conditionOf(before, 'Complete')?.reason === complete.reason) return;
  log.info({ phase, reason: complete.reason }, 'a recording is in another phase');
  const isWarning = phase === 'Failed' || WARNINGS.has(complete.reason);
  record(deps, job, { reason: complete.reason, note: `${phase}: ${complete.message}`, isWarning });
  if (before?.phase !== phase && isOver(after)) countEnd(deps, phase, after);
}

function countEnd({ metrics }: AnnounceRecordingDeps, phase: string, after: RecordingJobStatus | undefined): void {
  metrics.finished.inc({ phase, reason: conditionOf(after, 'Complete')?.reason ?? '' });
  metrics.missingSeconds.inc(after?.missingSeconds ?? 0);
}

function announceEnd(deps: AnnounceRecordingDeps, { job, plan, before }: RecordingAnnouncement): void {
  if (plan.end === undefined || before?.endReason !== undefined) return;
  record(deps, job, { reason: plan.end, note: meaningOf(plan.end), isWarning: false });
}

const WARNINGS: ReadonlySet<string> = new Set([
  'MeetingNotFound',
  'StorageSecretMissing',
  'RecorderUnschedulable',
  'RecorderImageUnavailable',
  'RecorderConfigMissing',
  'RecorderUnreachable',
  'RecorderRefused',
  'RecorderReplaced',
]);

function conditionOf(
  status: RecordingJobStatus | undefined,
  type: string,
): NonNullable<RecordingJobStatus['conditions']>[number] | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

interface Said {
  readonly reason: string;
  readonly note: string;
  readonly isWarning: boolean;
}

function record(
  { events }: AnnounceRecordingDeps,
  { metadata }: RecordingJob,
  { reason, note, isWarning }: Said,
): void {
  const { name, namespace, uid } = metadata;
  events.record({
    regarding: { apiVersion: API_VERSION, kind: 'RecordingJob', name, namespace, uid },
    type: isWarning ? 'Warning' : 'Normal',
    reason,
    action: 'Record',
    note,
  });
}
