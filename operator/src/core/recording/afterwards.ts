/** What becomes of what a recording has stored, once it is over. */
import { NO_PLAN, release, type RecordingAction, type RecordingPlan } from './recording-plan.js';
import { expiresAtMsOf, hasData } from './retention.js';
import type { ObservedBatch, RecordingWorld } from './world.js';

const DELETION_AGAIN_MS = 3_600_000;
/** Timers are set for at most so long. */
const LONGEST_WAIT_MS = 86_400_000;

export function planAfterwards(world: RecordingWorld): RecordingPlan {
  const clearing: readonly RecordingAction[] = isThere(world.batch)
    ? [{ type: 'DeleteRecorder', reason: 'RecorderOver' }]
    : [];
  const plan = planData(world);
  return { ...plan, actions: [...clearing, ...plan.actions] };
}

function planData(world: RecordingWorld): RecordingPlan {
  const { status, isDeleting, nowMs } = world;
  if (!hasData(status)) return planWithoutData(world);
  if (isDeleting && world.spec.deletionPolicy === 'Retain')
    return { ...NO_PLAN, actions: release(world), data: 'DataStored' };
  const dueMs = isDeleting ? nowMs : expiresAtMsOf(world);
  if (dueMs === undefined) return { ...NO_PLAN, data: 'DataStored' };
  if (dueMs <= nowMs) return planDeletion(world);
  return { ...NO_PLAN, data: 'DataStored', requeueAfterMs: Math.min(dueMs - nowMs, LONGEST_WAIT_MS) };
}

function planWithoutData(world: RecordingWorld): RecordingPlan {
  const data = world.status?.deletedAt === undefined ? 'NothingStored' : deletionReason(world);
  const leftover: readonly RecordingAction[] = isThere(world.deletion)
    ? [{ type: 'DeleteDeletion', reason: data }]
    : [];
  return { ...NO_PLAN, actions: [...leftover, ...(world.isDeleting ? release(world) : [])], data };
}

function planDeletion(world: RecordingWorld): RecordingPlan {
  const { deletion, nowMs } = world;
  if (deletion === undefined)
    return { ...NO_PLAN, actions: [{ type: 'CreateDeletion', reason: deletionReason(world) }], data: 'DeletingData' };
  if (deletion.state === 'Ending' || deletion.state === 'Active') return { ...NO_PLAN, data: 'DeletingData' };
  // `deletedAt` is written first: the Job goes when that is seen.
  if (deletion.state === 'Complete' && deletion.failure === undefined)
    return { ...NO_PLAN, data: deletionReason(world) };
  const againAfterMs = (deletion.finishedAtMs ?? nowMs) + DELETION_AGAIN_MS - nowMs;
  if (againAfterMs > 0) return { ...NO_PLAN, data: 'DeletionFailed', requeueAfterMs: againAfterMs };
  return { ...NO_PLAN, actions: [{ type: 'DeleteDeletion', reason: 'DeletionFailed' }], data: 'DeletionFailed' };
}

function deletionReason({ isDeleting }: RecordingWorld): 'DataDeleted' | 'RetentionOver' {
  return isDeleting ? 'DataDeleted' : 'RetentionOver';
}

function isThere(batch: ObservedBatch | undefined): boolean {
  return batch !== undefined && batch.state !== 'Ending';
}
