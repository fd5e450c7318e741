/**
 * What is done for one RecordingJob: it waits for its turn, its recorder's batch Job is made, stopped and taken away, and what it has
 * stored is deleted when its retention is over. What was decided for good stands in the status, so any leader goes on from there.
 */
import type { RecordingPhase } from '@parley/crds/recording-job.js';
import type {
  RecordingActionReason,
  RecordingEndReason,
  RecordingReason,
  RecordingStorageReason,
} from '@parley/crds/reasons.js';
import { endOf, nextEndMs } from './ending.js';
import { readinessOf } from './readiness.js';
import { expiresAtMsOf, hasData } from './retention.js';
import { hasBegun, isOver, type RecordingWorld } from './world.js';

export type RecordingAction = {
  readonly type:
    | 'AddFinalizer'
    /** Its certificate and its batch Job. */
    | 'CreateRecorder'
    | 'DeleteRecorder'
    /** The batch Job that deletes what was stored. */
    | 'CreateDeletion'
    | 'DeleteDeletion'
    /** After the status was written. */
    | 'RemoveFinalizer';
  readonly reason: RecordingActionReason;
};

/** Where it stands, for the status. */
export interface RecordingStage {
  readonly phase: RecordingPhase;
  readonly reason: RecordingReason;
  readonly detail: string;
}

export interface RecordingPlan {
  /** In the order in which they are to be done. */
  readonly actions: readonly RecordingAction[];
  /** Undefined: nothing can be said yet that was not said. */
  readonly stage: RecordingStage | undefined;
  /** Why recording is over, or to be. */
  readonly end: RecordingEndReason | undefined;
  /** Of what it has stored, once it is over. */
  readonly data: RecordingStorageReason | undefined;
  /** The pod that the meeting's tap leads to. */
  readonly tap: string | undefined;
  readonly requeueAfterMs: number | undefined;
}

const NOTHING: RecordingPlan = {
  actions: [],
  stage: undefined,
  end: undefined,
  data: undefined,
  tap: undefined,
  requeueAfterMs: undefined,
};
/** The watch of pods may be behind that of Jobs. */
const LAST_REPORT_MS = 10_000;
const DELETION_AGAIN_MS = 3_600_000;
/** Timers are set for at most so long. */
const LONGEST_WAIT_MS = 86_400_000;

export function planRecording(world: RecordingWorld): RecordingPlan {
  if (isOver(world.status)) return planAfterwards(world);
  return hasBegun(world) ? planRunning(world) : planWaiting(world);
}

function planWaiting(world: RecordingWorld): RecordingPlan {
  if (world.isDeleting) return { ...NOTHING, actions: release(world) };
  const readiness = readinessOf(world);
  if (readiness.type === 'Over') return failed(readiness.reason);
  if (readiness.type === 'Waits')
    return {
      ...NOTHING,
      stage: { phase: 'Queued', reason: readiness.reason, detail: readiness.detail },
      requeueAfterMs: readiness.againAfterMs,
    };
  const { turn } = world;
  switch (turn.type) {
    case 'Undecided':
      return NOTHING;
    case 'Waiting': {
      const detail = `Place ${String(turn.place.position)}.`;
      return { ...NOTHING, stage: { phase: 'Queued', reason: `QueuedFor${turn.place.limit}`, detail } };
    }
    case 'Admitted':
      return {
        ...NOTHING,
        actions: begin(world),
        stage: { phase: 'Starting', reason: 'RecorderStarting', detail: '' },
      };
  }
}

function begin({ hasFinalizer }: RecordingWorld): readonly RecordingAction[] {
  const reason = 'TurnCame';
  return [...(hasFinalizer ? [] : [{ type: 'AddFinalizer', reason } as const]), { type: 'CreateRecorder', reason }];
}

function planRunning(world: RecordingWorld): RecordingPlan {
  const { batch, pod, report } = world;
  const end = endOf(world);
  const outcome = outcomeOf(world, end);
  if (outcome !== undefined) return { ...NOTHING, end, ...outcome };
  const isLeft = report?.phase === 'Composing' || report?.phase === 'Checking';
  return {
    ...NOTHING,
    actions: batch === undefined ? begin(world) : [],
    stage: stageOf(world, end),
    end,
    tap: pod?.isRunning === true && !isLeft ? pod.name : undefined,
    requeueAfterMs: end === undefined ? nextEndMs(world) : undefined,
  };
}

/** Undefined: it is not over. */
function outcomeOf(
  world: RecordingWorld,
  end: RecordingEndReason | undefined,
): Pick<RecordingPlan, 'stage'> | Pick<RecordingPlan, 'requeueAfterMs'> | undefined {
  const { batch, pod, report, status } = world;
  if (report?.phase === 'Done') {
    const isWhole = report.missingMs === 0 && report.gaps.length + report.moreGaps === 0;
    const reason = isWhole ? 'RecordingComplete' : 'RecordingHasGaps';
    return { stage: { phase: 'Completed', reason, detail: '' } };
  }
  if (report?.phase === 'Failed')
    return failed(report.failure?.reason ?? 'OutcomeUnknown', report.failure?.message ?? '');
  const hasRecorded = status?.startedAt !== undefined || report?.startedAtMs !== undefined;
  if (end !== undefined && !hasRecorded && pod?.isRunning !== true) return failed(overInQueue(end));
  if (batch?.state === 'Failed')
    return failed(
      batch.failedReason === 'DeadlineExceeded' ? 'RecorderTimedOut' : 'RecorderGaveUp',
      batch.failedMessage ?? '',
    );
  if (batch?.state !== 'Complete') return undefined;
  const leftMs = (batch.finishedAtMs ?? world.nowMs) + LAST_REPORT_MS - world.nowMs;
  return leftMs > 0 ? { requeueAfterMs: leftMs } : failed('OutcomeUnknown');
}

/** It was to end before a recorder ran. */
function overInQueue(end: RecordingEndReason): RecordingReason {
  return end === 'MeetingEnded' ? 'MeetingEnded' : 'StoppedInQueue';
}

function failed(reason: RecordingReason, detail = ''): RecordingPlan {
  return { ...NOTHING, stage: { phase: 'Failed', reason, detail } };
}

function stageOf(world: RecordingWorld, end: RecordingEndReason | undefined): RecordingStage {
  const { pod, report, refusal, status } = world;
  const isFinal = report?.phase === 'Composing' || report?.phase === 'Checking' || status?.phase === 'Finalizing';
  const hasRecorded = report?.startedAtMs !== undefined || status?.startedAt !== undefined;
  const phase = isFinal ? 'Finalizing' : hasRecorded ? 'Recording' : 'Starting';
  const saying = (reason: RecordingReason, detail = ''): RecordingStage => ({ phase, reason, detail });
  if (refusal !== undefined) return saying('RecorderRefused', refusal);
  if (pod?.isHeard === true && report !== undefined) {
    switch (report.phase) {
      case 'Composing':
      case 'Checking':
        return saying(report.phase);
      case 'Recording':
        return saying(end === undefined ? 'RecordingNow' : 'RecordingStops');
      default:
        return saying(end === undefined ? 'WaitsForTap' : 'RecordingStops');
    }
  }
  if (pod?.obstacle !== undefined) return saying(pod.obstacle.reason, pod.obstacle.detail);
  if (pod?.isRunning === true && hasRecorded) return saying('RecorderUnreachable');
  return saying(hasRecorded || isFinal ? 'RecorderReplaced' : 'RecorderStarting');
}

function planAfterwards(world: RecordingWorld): RecordingPlan {
  const { batch, status, isDeleting } = world;
  const clearing =
    batch === undefined || batch.state === 'Ending'
      ? []
      : [{ type: 'DeleteRecorder', reason: 'RecorderOver' } as const];
  if (!hasData(status)) {
    const data = status?.deletedAt === undefined ? 'NothingStored' : deletionReason(world);
    const leftover =
      world.deletion === undefined || world.deletion.state === 'Ending'
        ? []
        : [{ type: 'DeleteDeletion', reason: data } as const];
    return { ...NOTHING, actions: [...clearing, ...leftover, ...(isDeleting ? release(world) : [])], data };
  }
  if (isDeleting && world.spec.deletionPolicy === 'Retain')
    return { ...NOTHING, actions: [...clearing, ...release(world)], data: 'DataStored' };
  const dueMs = isDeleting ? world.nowMs : expiresAtMsOf(world);
  const waitMs = dueMs === undefined ? undefined : dueMs - world.nowMs;
  if (waitMs === undefined || waitMs > 0) {
    const requeueAfterMs = waitMs === undefined ? undefined : Math.min(waitMs, LONGEST_WAIT_MS);
    return { ...NOTHING, actions: clearing, data: 'DataStored', requeueAfterMs };
  }
  const deletion = planDeletion(world);
  return { ...deletion, actions: [...clearing, ...deletion.actions] };
}

function planDeletion(world: RecordingWorld): RecordingPlan {
  const { deletion, nowMs } = world;
  if (deletion === undefined)
    return { ...NOTHING, actions: [{ type: 'CreateDeletion', reason: deletionReason(world) }], data: 'DeletingData' };
  if (deletion.state === 'Ending' || deletion.state === 'Active') return { ...NOTHING, data: 'DeletingData' };
  // `deletedAt` is written first: the Job goes when that is seen.
  if (deletion.state === 'Complete' && deletion.failure === undefined)
    return { ...NOTHING, data: deletionReason(world) };
  const againAfterMs = (deletion.finishedAtMs ?? nowMs) + DELETION_AGAIN_MS - nowMs;
  if (againAfterMs > 0) return { ...NOTHING, data: 'DeletionFailed', requeueAfterMs: againAfterMs };
  return { ...NOTHING, actions: [{ type: 'DeleteDeletion', reason: 'DeletionFailed' }], data: 'DeletionFailed' };
}

function deletionReason({ isDeleting }: RecordingWorld): 'DataDeleted' | 'RetentionOver' {
  return isDeleting ? 'DataDeleted' : 'RetentionOver';
}

function release({ hasFinalizer }: RecordingWorld): readonly RecordingAction[] {
  return hasFinalizer ? [{ type: 'RemoveFinalizer', reason: 'Stopped' }] : [];
}
