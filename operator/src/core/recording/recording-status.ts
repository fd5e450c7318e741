/** The status that a plan makes, and whether it is worth a write at once. */
import type { RecordingConditionType } from '@parley/crds/conditions.js';
import type { RecordingJobStatus } from '@parley/crds/recording-job.js';
import { meaningOf, type RecordingReason, type RecordingStorageReason } from '@parley/crds/reasons.js';
import { conditionsOf, timestampOf, type ConditionUpdate } from '../status/conditions.js';
import { isSameJson } from '../status/same-json.js';
import type { RecordingPlan } from './plan.js';
import { expiresAtMsOf, hasData } from './retention.js';
import { isOver, type RecordingWorld, type ReportedRecording } from './world.js';

export interface RecordingStatusInput {
  readonly world: RecordingWorld;
  readonly plan: RecordingPlan;
  readonly generation: number;
  /** Undefined: there is no such meeting. */
  readonly meetingId: string | undefined;
  /** Of the queue, whose limit it counts for. */
  readonly pool: string | undefined;
  /** Where it stores; known once it has begun. */
  readonly location: string | undefined;
}

/** Law 6: a status holds so many characters of another's message. */
const MAX_MESSAGE = 512;

/** Undefined: there is nothing to say yet. */
export function statusOfRecording(input: RecordingStatusInput): RecordingJobStatus | undefined {
  const { world, plan, generation } = input;
  const previous = world.status;
  if (isOver(previous)) return afterwards(input);
  if (plan.stage === undefined) return previous;
  const { phase, reason, detail } = plan.stage;
  const isEnd = phase === 'Completed' || phase === 'Failed';
  const finishedAt = isEnd ? timestampOf(world.nowMs) : undefined;
  const hasBegun = phase !== 'Queued' && (isEnd ? previous?.location !== undefined : true);
  const location = hasBegun ? (previous?.location ?? input.location) : undefined;
  const next: RecordingJobStatus = {
    ...carried(previous),
    ...(world.report !== undefined && reported(world.report)),
    observedGeneration: generation,
    phase,
    ...(input.meetingId !== undefined && { meetingId: input.meetingId }),
    ...(phase === 'Queued' && world.turn.type === 'Waiting' && { queuePosition: world.turn.place.position }),
    ...(hasBegun && input.pool !== undefined && { pool: previous?.pool ?? input.pool }),
    ...(location !== undefined && { location }),
    ...(world.pod !== undefined && {
      recorder: world.pod.name,
      attempts: Math.max(previous?.attempts ?? 0, world.pod.attempts),
    }),
    ...endingOf(input),
    ...(finishedAt !== undefined && { finishedAt }),
  };
  const expiresAt = expiryOf(world, next);
  return {
    ...next,
    ...(expiresAt !== undefined && { expiresAt }),
    conditions: conditionsOf<RecordingConditionType>({
      previous: previous?.conditions ?? [],
      updates: [
        {
          type: 'Complete',
          status: phase === 'Completed' ? 'True' : 'False',
          reason,
          message: messageOf(reason, detail),
        },
        ...storing(world),
        ...(isEnd ? [stored(hasData(next) ? 'DataStored' : 'NothingStored', '')] : []),
      ],
      observedGeneration: generation,
      nowMs: world.nowMs,
    }),
  };
}

/** Of one that is over, only what becomes of its data changes. */
function afterwards({ world, plan, generation }: RecordingStatusInput): RecordingJobStatus | undefined {
  const { status } = world;
  if (status === undefined || plan.data === undefined) return status;
  const isDeleted = plan.data === 'RetentionOver' || plan.data === 'DataDeleted';
  const { expiresAt: _expiresAt, ...rest } = status;
  const expiresAt = isDeleted ? undefined : expiryOf(world, status);
  const failure = world.deletion?.failure?.message ?? world.deletion?.failedMessage ?? '';
  const others = (status.conditions ?? []).filter(({ type }) => type !== 'Stored');
  const before = (status.conditions ?? []).find(({ type }) => type === 'Stored');
  // Deleted once: who deletes the resource afterwards changes nothing of why.
  const wasDeleted = status.deletedAt !== undefined && before?.status === 'False';
  const update = stored(plan.data, plan.data === 'DeletionFailed' ? failure : '');
  return {
    ...rest,
    observedGeneration: generation,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(isDeleted && { deletedAt: status.deletedAt ?? timestampOf(world.nowMs) }),
    conditions: wasDeleted
      ? (status.conditions ?? [])
      : [
          ...others,
          ...conditionsOf<RecordingConditionType>({
            previous: status.conditions ?? [],
            updates: [update],
            observedGeneration: generation,
            nowMs: world.nowMs,
          }),
        ],
  };
}

function expiryOf(world: RecordingWorld, status: RecordingJobStatus): string | undefined {
  const atMs = hasData(status) ? expiresAtMsOf({ spec: world.spec, status }) : undefined;
  return atMs === undefined ? undefined : timestampOf(atMs);
}

/** What stays as it was written until something else is heard. */
function carried(previous: RecordingJobStatus | undefined): RecordingJobStatus {
  const { queuePosition: _position, conditions: _conditions, expiresAt: _expiresAt, ...rest } = previous ?? {};
  return rest;
}

function reported(report: ReportedRecording): RecordingJobStatus {
  return {
    recorder: report.recorder,
    recordedSeconds: Math.floor(report.recordedMs / 1000),
    missingSeconds: Math.ceil(report.missingMs / 1000),
    tracks: report.tracks,
    segments: report.segments,
    uploadedBytes: report.uploadedBytes,
    progressPercent: report.progressPercent,
    gaps: [...report.gaps],
    ...(report.moreGaps > 0 && { moreGaps: report.moreGaps }),
    ...(report.outputs.length > 0 && { outputs: [...report.outputs] }),
    ...(report.moreOutputs > 0 && { moreOutputs: report.moreOutputs }),
    ...(report.startedAtMs !== undefined && { startedAt: timestampOf(report.startedAtMs) }),
  };
}

function endingOf({ world, plan }: RecordingStatusInput): RecordingJobStatus {
  const endedAtMs = world.report?.endedAtMs;
  return {
    ...(plan.end !== undefined && { endReason: plan.end }),
    ...(endedAtMs !== undefined && { endedAt: timestampOf(endedAtMs) }),
  };
}

function storing({ report, status }: RecordingWorld): ConditionUpdate<RecordingConditionType>[] {
  if (report === undefined || report.phase === 'Waiting') return previously('Storing', status);
  const { storageWaiting: waiting } = report;
  if (waiting === undefined)
    return [{ type: 'Storing', status: 'True', reason: 'Storing', message: meaningOf('Storing') }];
  const message = messageOf(waiting.reason, waiting.message);
  return [{ type: 'Storing', status: 'False', reason: waiting.reason, message }];
}

function previously(
  type: RecordingConditionType,
  status: RecordingJobStatus | undefined,
): ConditionUpdate<RecordingConditionType>[] {
  const before = status?.conditions?.find((condition) => condition.type === type);
  return before === undefined
    ? []
    : [{ type, status: before.status, reason: before.reason as RecordingReason, message: before.message }];
}

function stored(reason: RecordingStorageReason, detail: string): ConditionUpdate<RecordingConditionType> {
  const isThere = reason === 'DataStored' || reason === 'DeletingData' || reason === 'DeletionFailed';
  return { type: 'Stored', status: isThere ? 'True' : 'False', reason, message: messageOf(reason, detail) };
}

function messageOf(reason: RecordingReason | RecordingStorageReason, detail: string): string {
  return [meaningOf(reason), detail]
    .filter((part) => part !== '')
    .join(' ')
    .slice(0, MAX_MESSAGE);
}

/** Whether anything but counts differs: that is written at once, counts within the cell's budget. */
export function isRecordingNews(previous: RecordingJobStatus | undefined, next: RecordingJobStatus): boolean {
  return previous === undefined || !isSameJson(withoutCounts(previous), withoutCounts(next));
}

function withoutCounts(status: RecordingJobStatus): RecordingJobStatus {
  const {
    queuePosition: _position,
    recordedSeconds: _recorded,
    missingSeconds: _missing,
    segments: _segments,
    uploadedBytes: _bytes,
    progressPercent: _progress,
    tracks: _tracks,
    gaps: _gaps,
    moreGaps: _more,
    ...rest
  } = status;
  // Its place is in the message.
  const conditions = (status.conditions ?? []).map((condition) => ({
    ...condition,
    ...(condition.reason.startsWith('QueuedFor') && { message: '' }),
  }));
  return { ...rest, conditions };
}
