/** The status that a plan makes, and whether it is worth a write at once. */
import type { RecordingConditionType } from '@parley/crds/conditions.js';
import type { RecordingJobStatus } from '@parley/crds/recording-job.js';
import { meaningOf, type RecordingReason, type RecordingStorageReason } from '@parley/crds/reasons.js';
import { conditionsOf, timestampOf, type ConditionUpdate } from '../status/conditions.js';
import { isSameJson } from '../status/same-json.js';
import type { RecordingStage } from './outcome.js';
import type { RecordingPlan } from './recording-plan.js';
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
  const { world, plan } = input;
  if (isOver(world.status)) return afterwards(input, world.status);
  return plan.stage === undefined ? world.status : ofStage(input, plan.stage);
}

function ofStage(input: RecordingStatusInput, stage: RecordingStage): RecordingJobStatus {
  const { world, generation } = input;
  const previous = world.status;
  const isEnd = stage.phase === 'Completed' || stage.phase === 'Failed';
  const next: RecordingJobStatus = {
    ...without(previous ?? {}, ['queuePosition', 'conditions', 'expiresAt']),
    ...(world.report !== undefined && reported(world.report)),
    observedGeneration: generation,
    phase: stage.phase,
    ...(input.meetingId !== undefined && { meetingId: input.meetingId }),
    ...(stage.phase === 'Queued' ? placeOf(world) : siteOf(input, isEnd)),
    ...recorderOf(world),
    ...endingOf(input),
    ...(isEnd && { finishedAt: timestampOf(world.nowMs) }),
  };
  const { reason, phase } = stage;
  const message = messageOf(reason, stage.detail);
  const complete = { type: 'Complete', status: phase === 'Completed' ? 'True' : 'False', reason, message } as const;
  const ended = { ...next, conditions: [{ ...complete, lastTransitionTime: timestampOf(world.nowMs) }] };
  return {
    ...next,
    ...expiryOf(world, ended),
    conditions: conditionsOf<RecordingConditionType>({
      previous: previous?.conditions ?? [],
      updates: [
        complete,
        ...storing(world),
        ...(isEnd ? [stored(hasData(ended) ? 'DataStored' : 'NothingStored', '')] : []),
      ],
      observedGeneration: generation,
      nowMs: world.nowMs,
    }),
  };
}

function placeOf({ turn }: RecordingWorld): RecordingJobStatus {
  return turn.type === 'Waiting' ? { queuePosition: turn.place.position } : {};
}

/** Decided once, when it begins; one that ends before that has neither. */
function siteOf({ world, pool, location }: RecordingStatusInput, isEnd: boolean): RecordingJobStatus {
  const { status } = world;
  if (status?.location !== undefined || isEnd) return {};
  return { ...(pool !== undefined && { pool }), ...(location !== undefined && { location }) };
}

function recorderOf({ pod, status }: RecordingWorld): RecordingJobStatus {
  return pod === undefined ? {} : { recorder: pod.name, attempts: Math.max(status?.attempts ?? 0, pod.attempts) };
}

/** Of one that is over, only what becomes of its data changes. */
function afterwards({ world, plan, generation }: RecordingStatusInput, status: RecordingJobStatus): RecordingJobStatus {
  const { data } = plan;
  if (data === undefined) return status;
  const deletedAt = deletedAtOf(world, data);
  const next: RecordingJobStatus = {
    ...without(status, ['expiresAt']),
    observedGeneration: generation,
    ...(deletedAt !== undefined && { deletedAt }),
  };
  return {
    ...next,
    ...expiryOf(world, next),
    // Why it was deleted stays, whatever is done with the resource afterwards.
    ...(status.deletedAt === undefined && { conditions: afterConditions(world, { data, generation }) }),
  };
}

function deletedAtOf({ status, nowMs }: RecordingWorld, data: RecordingStorageReason): string | undefined {
  const isDeleted = data === 'RetentionOver' || data === 'DataDeleted';
  return isDeleted ? (status?.deletedAt ?? timestampOf(nowMs)) : status?.deletedAt;
}

function afterConditions(
  { status, deletion, nowMs }: RecordingWorld,
  { data, generation }: { readonly data: RecordingStorageReason; readonly generation: number },
): NonNullable<RecordingJobStatus['conditions']> {
  const previous = status?.conditions ?? [];
  const failure = deletion?.failure?.message ?? deletion?.failedMessage ?? '';
  const update = stored(data, data === 'DeletionFailed' ? failure : '');
  return [
    ...previous.filter(({ type }) => type !== 'Stored'),
    ...conditionsOf<RecordingConditionType>({ previous, updates: [update], observedGeneration: generation, nowMs }),
  ];
}

function expiryOf(world: RecordingWorld, status: RecordingJobStatus): RecordingJobStatus {
  const atMs = hasData(status) ? expiresAtMsOf({ spec: world.spec, status }) : undefined;
  return atMs === undefined ? {} : { expiresAt: timestampOf(atMs) };
}

function without(status: RecordingJobStatus, keys: readonly (keyof RecordingJobStatus)[]): RecordingJobStatus {
  const left: readonly string[] = keys;
  return Object.fromEntries(Object.entries(status).filter(([key]) => !left.includes(key)));
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
  if (report === undefined || report.startedAtMs === undefined) return previously('Storing', status);
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

const COUNTS = [
  'queuePosition',
  'recordedSeconds',
  'missingSeconds',
  'segments',
  'uploadedBytes',
  'progressPercent',
  'tracks',
  'gaps',
  'moreGaps',
] as const satisfies readonly (keyof RecordingJobStatus)[];

function withoutCounts(status: RecordingJobStatus): RecordingJobStatus {
  // Its place is in the message.
  const conditions = (status.conditions ?? []).map((condition) => ({
    ...condition,
    ...(condition.reason.startsWith('QueuedFor') && { message: '' }),
  }));
  return { ...without(status, COUNTS), conditions };
}
