/** Gathers the world of one RecordingJob: from the caches, from its recorder, and, while it waits, from the Secret that it needs. */
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { RecordingJob, RecordingJobStatus } from '@parley/crds/recording-job.js';
import { RECORDER_LABEL, RECORDING_ATTEMPT_LABEL, RECORDING_FINALIZER } from '@parley/crds/labels.js';
import type { RecordingReason } from '@parley/crds/reasons.js';
import { deletionName, recorderName } from '../core/recording/recorder-names.js';
import {
  hasBegun,
  isOver,
  type ObservedBatch,
  type ObservedMeeting,
  type ObservedRecorder,
  type ObservedStorage,
  type RecordingWorld,
  type ReportedRecording,
} from '../core/recording/world.js';
import type { Clock } from '../kube/clock.js';
import { objectKey } from '../kube/kube-resource.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { RecorderIndex } from '../resources/caches.js';
import type { BatchJob } from '../resources/batch-job-resource.js';
import type { RecorderPod } from '../resources/recorder-pod-resource.js';
import type { MeetingPresence } from './presence.js';
import type { RecorderDirectory } from './recorder-directory.js';
import { parseTerminationMessage } from './recorder-report.js';
import type { StorageSecrets } from './storage-secrets.js';

export interface ObserveRecordingDeps {
  readonly meetings: ObjectCache<Meeting>;
  readonly recorderJobs: ObjectCache<BatchJob, RecorderIndex>;
  readonly recorderPods: ObjectCache<RecorderPod, RecorderIndex>;
  readonly recorders: Pick<RecorderDirectory, 'isHeard' | 'report' | 'lostAtMs'>;
  /** Whether any of the meeting's nodes is heard. */
  readonly hearsMeeting: (meeting: Meeting) => boolean;
  readonly presence: Pick<MeetingPresence, 'of'>;
  readonly secrets: StorageSecrets;
  readonly clock: Clock;
}

export interface ObservedRecording {
  /** Without its turn, which depends on the rest. */
  readonly world: Omit<RecordingWorld, 'turn'>;
  readonly meeting: Meeting | undefined;
  /** Of recorders, the last first; several while one takes another's place. */
  readonly batches: readonly BatchJob[];
  readonly deletion: BatchJob | undefined;
}

export interface ObserveRecordingInput {
  readonly job: RecordingJob;
  readonly status: RecordingJobStatus | undefined;
  readonly refusal: string | undefined;
  readonly signal: AbortSignal;
}

export async function observeRecording(
  deps: ObserveRecordingDeps,
  input: ObserveRecordingInput,
): Promise<ObservedRecording> {
  const { job, status } = input;
  const key = objectKey(job.metadata);
  const { namespace } = job.metadata;
  const meeting = deps.meetings.get(`${namespace}/${job.spec.meetingRef.name}`);
  const batches = deps.recorderJobs
    .byIndex('recording', key)
    .filter(({ metadata }) => metadata.labels[RECORDER_LABEL] === recorderName(job.metadata))
    .toSorted((a, b) => attemptOf(b) - attemptOf(a));
  const [batch] = batches;
  const deletion = deps.recorderJobs.get(`${namespace}/${deletionName(job.metadata)}`);
  const pods = deps.recorderPods.byIndex('recording', key);
  const ofBatch = pods.filter((pod) => batch === undefined || attemptOf(pod) === attemptOf(batch));
  const recording = newestOf(ofBatch, recorderName(job.metadata));
  const deleting = newestOf(pods, deletionName(job.metadata));
  const facts = batch && factsOf(batch, undefined);
  const waits = !isOver(status) && !hasBegun({ status, batch: facts });
  return {
    meeting,
    batches,
    deletion,
    world: {
      spec: job.spec,
      createdAtMs: Date.parse(job.metadata.creationTimestamp),
      isDeleting: job.metadata.deletionTimestamp !== undefined,
      hasFinalizer: job.metadata.finalizers?.includes(RECORDING_FINALIZER) === true,
      status,
      meeting: observeMeeting(deps, meeting, status),
      storage: waits ? await observeStorage(deps, job, input.signal) : { type: 'Ready' },
      batch: facts,
      deletion: deletion && factsOf(deletion, finalReportOf(deleting)),
      pod: recording && recorderOf(deps, recording, attemptsOf(batch, ofBatch)),
      refusal: input.refusal,
      hearsMeeting: meeting !== undefined && deps.hearsMeeting(meeting),
      report: recording && (finalReportOf(recording) ?? deps.recorders.report(objectKey(recording.metadata))),
      nowMs: deps.clock.nowMs(),
    },
  };
}

/** A Meeting that was made anew under its name is another. */
function observeMeeting(
  { presence }: ObserveRecordingDeps,
  meeting: Meeting | undefined,
  status: RecordingJobStatus | undefined,
): ObservedMeeting {
  if (meeting === undefined) return { type: 'Missing' };
  const isOther = status?.meetingId !== undefined && status.meetingId !== meetingIdOf(meeting.metadata.uid);
  if (isOther || meeting.spec.ended || meeting.metadata.deletionTimestamp !== undefined) return { type: 'Ended' };
  const { people, emptySinceMs } = presence.of(meeting);
  return { type: 'Open', people, emptySinceMs };
}

async function observeStorage(
  { secrets }: ObserveRecordingDeps,
  { metadata, spec }: RecordingJob,
  signal: AbortSignal,
): Promise<ObservedStorage> {
  const name = spec.storage.s3?.credentialsSecretRef?.name;
  return name === undefined ? { type: 'Ready' } : secrets.check(metadata.namespace, name, signal);
}

function factsOf({ metadata, status }: BatchJob, last: ReportedRecording | undefined): ObservedBatch {
  const holds = (type: string): BatchJob['status']['conditions'][number] | undefined =>
    status.conditions.find((condition) => condition.type === type && condition.status === 'True');
  const failed = holds('Failed');
  const end = failed ?? holds('Complete');
  const finished = failed === undefined ? ('Complete' as const) : ('Failed' as const);
  const over = end === undefined ? ('Active' as const) : finished;
  return {
    state: metadata.deletionTimestamp === undefined ? over : 'Ending',
    failedReason: failed?.reason,
    failedMessage: failed?.message,
    finishedAtMs: end?.lastTransitionTime === undefined ? undefined : Date.parse(end.lastTransitionTime),
    failure: last?.phase === 'Failed' ? (last.failure ?? { reason: 'OutcomeUnknown', message: '' }) : undefined,
  };
}

function newestOf(pods: readonly RecorderPod[], recorder: string): RecorderPod | undefined {
  const rank = ({ metadata }: RecorderPod): string =>
    `${metadata.deletionTimestamp === undefined ? '1' : '0'} ${metadata.creationTimestamp} ${metadata.name}`;
  return pods
    .filter(({ metadata }) => metadata.labels[RECORDER_LABEL] === recorder)
    .toSorted((a, b) => (rank(a) < rank(b) ? 1 : -1))[0];
}

/** A process that ended with 0 has said how it went; any other is started again. */
function finalReportOf(pod: RecorderPod | undefined): ReportedRecording | undefined {
  const terminated = pod?.status.containerStatuses[0]?.state.terminated;
  return terminated?.exitCode === 0 ? parseTerminationMessage(terminated.message) : undefined;
}

function attemptsOf(batch: BatchJob | undefined, pods: readonly RecorderPod[]): number {
  const restarts = pods.reduce((sum, { status }) => sum + (status.containerStatuses[0]?.restartCount ?? 0), 0);
  const before = batch === undefined ? 1 : attemptOf(batch) + batch.status.failed;
  return before + restarts;
}

/** Of a batch Job, or of its pod. */
export function attemptOf({ metadata }: BatchJob | RecorderPod): number {
  const attempt = Number(metadata.labels[RECORDING_ATTEMPT_LABEL]);
  return Number.isInteger(attempt) ? attempt : 1;
}

function recorderOf(deps: ObserveRecordingDeps, pod: RecorderPod, attempts: number): ObservedRecorder {
  const { metadata, status } = pod;
  const key = objectKey(metadata);
  const lostAtMs = deps.recorders.lostAtMs(key);
  const isRunning = status.phase === 'Running' && metadata.deletionTimestamp === undefined;
  return {
    name: metadata.name,
    obstacle: obstacleOf(pod),
    isRunning,
    isHeard: deps.recorders.isHeard(key),
    lostForMs: lostAtMs === undefined ? undefined : deps.clock.monotonicMs() - lostAtMs,
    attempts,
  };
}

const IMAGE_REASONS = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);
const CONFIG_REASONS = new Set(['CreateContainerConfigError', 'CreateContainerError']);

function obstacleOf({
  status,
}: RecorderPod): { readonly reason: RecordingReason; readonly detail: string } | undefined {
  const scheduled = status.conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.reason === 'Unschedulable')
    return { reason: 'RecorderUnschedulable', detail: scheduled.message ?? '' };
  const waiting = status.containerStatuses[0]?.state.waiting;
  const detail = waiting?.message ?? '';
  if (IMAGE_REASONS.has(waiting?.reason ?? '')) return { reason: 'RecorderImageUnavailable', detail };
  if (CONFIG_REASONS.has(waiting?.reason ?? '')) return { reason: 'RecorderConfigMissing', detail };
  return waiting?.reason === 'CrashLoopBackOff' ? { reason: 'RecorderReplaced', detail } : undefined;
}
