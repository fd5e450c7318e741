/** RecordingJob → world → plan → batch Job, recorder, status. */
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { RecordingJob, RecordingJobStatus } from '@parley/crds/recording-job.js';
import type { NodeImage } from '../core/pool/node-pod.js';
import { planRecording } from '../core/recording/plan.js';
import type { RecordingAction, RecordingPlan } from '../core/recording/recording-plan.js';
import { readinessOf } from '../core/recording/readiness.js';
import type { RecorderJobInput } from '../core/recording/recorder-job.js';
import { locationOf } from '../core/recording/recorder-names.js';
import { isOver, hasBegun, type RecordingWorld } from '../core/recording/world.js';
import { statusOfRecording } from '../core/recording/recording-status.js';
import type { Reconcile, ReconcileContext, ReconcileResult } from '../kube/controller-loop.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Overlay } from '../kube/overlay.js';
import type { BatchJob } from '../resources/batch-job-resource.js';
import type { RecorderIndex } from '../resources/caches.js';
import { announceRecording, type AnnounceRecordingDeps } from './announce.js';
import { applyRecordingAction, type ApplyRecordingDeps } from './apply.js';
import type { MeetingSite } from './meeting-site.js';
import { observeRecording, type ObservedRecording, type ObserveRecordingDeps } from './observe.js';
import type { RecorderDirectory } from './recorder-directory.js';
import { poolOf, type RecordingQueue } from './recording-queue.js';
import type { RecordingTaps } from './recording-taps.js';
import type { WrittenStatuses } from './written-statuses.js';

export interface RecordingControllerDeps extends ObserveRecordingDeps, ApplyRecordingDeps, AnnounceRecordingDeps {
  readonly recordings: ObjectCache<RecordingJob>;
  readonly recorderJobs: Overlay<BatchJob, RecorderIndex>;
  readonly writer: ObjectWriter;
  readonly recorders: Pick<RecorderDirectory, 'isHeard' | 'report' | 'lostAtMs' | 'setStop'>;
  readonly queue: RecordingQueue;
  readonly taps: RecordingTaps;
  readonly statuses: WrittenStatuses;
  readonly site: (meeting: Meeting) => MeetingSite;
  readonly image: NodeImage;
  readonly pullSecrets: readonly string[];
  readonly onDecided: (key: string) => void;
}

/** A quota, or what else is in the way of a recorder, is tried again after so long. */
const REFUSED_AGAIN_MS = 10_000;

export function createRecordingReconciler(deps: RecordingControllerDeps): Reconcile {
  const refusals = new Map<string, string>();

  return async (key, context) => {
    try {
      return await reconcile(key, context);
    } finally {
      deps.onDecided(key);
    }
  };

  async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
    const job = deps.recordings.get(key);
    if (job === undefined) {
      forget(key);
      return {};
    }
    const status = deps.statuses.of(job);
    const observed = await observe(key, job, { status, signal: context.signal });
    const world: RecordingWorld = { ...observed.world, turn: turnOf(key, job, observed) };
    const plan = planRecording(world);
    deps.recorders.setStop(key, isOver(status) ? undefined : plan.end);
    deps.taps.set(key, job, tapOf(plan, world));
    return act(key, { job, observed, world, plan, context });
  }

  function forget(key: string): void {
    refusals.delete(key);
    deps.statuses.forget(key);
    deps.queue.leaves(key);
    deps.recorders.setStop(key, undefined);
    deps.taps.forget(key);
  }

  async function observe(
    key: string,
    job: RecordingJob,
    { status, signal }: { readonly status: RecordingJobStatus | undefined; readonly signal: AbortSignal },
  ): Promise<ObservedRecording> {
    try {
      return await observeRecording(deps, { job, status, refusal: refusals.get(key), signal });
    } catch (error) {
      // Those behind it need not wait until this can be read.
      deps.queue.leaves(key);
      throw error;
    }
  }

  function turnOf(key: string, job: RecordingJob, { world, meeting }: ObservedRecording): RecordingWorld['turn'] {
    const { queue } = deps;
    const site = meeting && deps.site(meeting);
    const pool = poolOf(job) ?? (site?.pool === undefined ? undefined : `${job.metadata.namespace}/${site.pool}`);
    if (isOver(world.status) || (world.isDeleting && !hasBegun(world))) queue.leaves(key);
    else if (hasBegun(world)) queue.holds(key, poolOf(job) ?? pool);
    else if (readinessOf(world).type === 'Ready') queue.wants(key, pool);
    else queue.leaves(key);
    return queue.turnOf(key);
  }

  async function act(key: string, turn: Act): Promise<ReconcileResult> {
    const { job, observed, world, plan, context } = turn;
    const recorder = recorderInputOf(deps, turn);
    const input = { job, batches: observed.batches, deletion: observed.deletion, recorder, signal: context.signal };
    const before = world.status;
    const write = async (): Promise<RecordingJobStatus | undefined> => {
      const after = statusOf(deps, turn);
      if (after !== undefined) await deps.statuses.write(job, after, context.signal);
      announceRecording(deps, { job, plan, before, after, log: context.log });
      return after;
    };
    // That its turn came stands in the status before its recorder is there; that it is over, before the finalizer goes.
    const isLast = ({ type }: RecordingAction): boolean => type === 'RemoveFinalizer';
    const after = await write();
    for (const action of plan.actions.filter((each) => !isLast(each))) {
      const refusal = await applyRecordingAction(deps, input, action);
      if (action.type === 'CreateRecorder') noteRefusal(key, turn, refusal);
    }
    for (const action of plan.actions.filter(isLast)) await applyRecordingAction(deps, input, action);
    if (isOver(after)) deps.queue.leaves(key);
    const isNewlyOver = isOver(after) && !isOver(before);
    // What becomes of its data is looked at next.
    if (isNewlyOver) return { requeueAfterMs: 1 };
    if (refusals.has(key)) return { requeueAfterMs: REFUSED_AGAIN_MS };
    return { requeueAfterMs: plan.requeueAfterMs };
  }

  function noteRefusal(key: string, { job, world }: Act, refusal: string | undefined): void {
    if (refusal !== undefined) refusals.set(key, refusal);
    else {
      refusals.delete(key);
      if (!hasBegun(world))
        deps.metrics.waitSeconds.observe((world.nowMs - Date.parse(job.metadata.creationTimestamp)) / 1000);
    }
  }
}

interface Act {
  readonly job: RecordingJob;
  readonly observed: ObservedRecording;
  readonly world: RecordingWorld;
  readonly plan: RecordingPlan;
  readonly context: ReconcileContext;
}

/** The one that was there holds the tap until another is, so that nobody is told that recording has ended and begun again. */
function tapOf({ stage, tap }: RecordingPlan, { status, report }: RecordingWorld): string | undefined {
  if (stage === undefined || stage.phase === 'Completed' || stage.phase === 'Failed' || stage.phase === 'Finalizing')
    return undefined;
  const isLeft = report?.phase === 'Composing' || report?.phase === 'Checking';
  return isLeft ? undefined : (tap ?? (status?.startedAt === undefined ? undefined : status.recorder));
}

function statusOf(deps: RecordingControllerDeps, { job, observed, world, plan }: Act): RecordingJobStatus | undefined {
  const { meeting } = observed;
  const meetingId = world.status?.meetingId ?? (meeting && meetingIdOf(meeting.metadata.uid));
  return statusOfRecording({
    world,
    plan,
    generation: job.metadata.generation,
    meetingId,
    pool: meeting && deps.site(meeting).pool,
    location: meetingId === undefined ? undefined : locationOf(job.metadata, job.spec.storage, meetingId),
  });
}

/** For one whose meeting is gone, what its status knows of it is enough: to compose, or to delete what it has stored. */
function recorderInputOf(deps: RecordingControllerDeps, { job, observed, world }: Act): RecorderJobInput | undefined {
  const { meeting } = observed;
  const meetingId = world.status?.meetingId ?? (meeting && meetingIdOf(meeting.metadata.uid));
  if (meetingId === undefined) return undefined;
  return {
    job: job.metadata,
    spec: job.spec,
    image: deps.image,
    pullSecrets: deps.pullSecrets,
    attempt: attemptsBefore(world) + 1,
    meetingId,
    title: meeting?.spec.title ?? job.spec.meetingRef.name,
    expectedPeople: meeting?.spec.expectedParticipants ?? 0,
    zone: meeting && deps.site(meeting).zone,
  };
}

/** Each has a name of its own: one that was lost may still be on its way out. */
function attemptsBefore({ status, pod }: RecordingWorld): number {
  return Math.max(status?.attempts ?? 0, pod?.attempts ?? 0);
}
