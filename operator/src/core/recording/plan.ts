/**
 * What is done for one RecordingJob: it waits for its turn, its recorder's batch Job is made, stopped and taken away, and what it has
 * stored is deleted when its retention is over. What was decided for good stands in the status, so any leader goes on from there.
 */
import type { RecordingActionReason } from '@parley/crds/reasons.js';
import { planAfterwards } from './afterwards.js';
import { endOf, nextEndMs } from './ending.js';
import { failedStage, outcomeOf } from './outcome.js';
import { readinessOf } from './readiness.js';
import { NO_PLAN, release, type RecordingAction, type RecordingPlan } from './recording-plan.js';
import { replacedInMs } from './replacement.js';
import { isComposing, stageOf } from './stage.js';
import { hasBegun, isOver, type RecordingWorld } from './world.js';

export function planRecording(world: RecordingWorld): RecordingPlan {
  if (isOver(world.status)) return planAfterwards(world);
  return hasBegun(world) ? planRunning(world) : planWaiting(world);
}

function planWaiting(world: RecordingWorld): RecordingPlan {
  if (world.isDeleting) return { ...NO_PLAN, actions: release(world) };
  const readiness = readinessOf(world);
  if (readiness.type === 'Over') return { ...NO_PLAN, stage: failedStage(readiness.reason) };
  if (readiness.type === 'Waits')
    return {
      ...NO_PLAN,
      stage: { phase: 'Queued', reason: readiness.reason, detail: readiness.detail },
      requeueAfterMs: readiness.againAfterMs,
    };
  const { turn } = world;
  switch (turn.type) {
    case 'Undecided':
      return NO_PLAN;
    case 'Waiting': {
      const detail = `Place ${String(turn.place.position)}.`;
      return { ...NO_PLAN, stage: { phase: 'Queued', reason: `QueuedFor${turn.place.limit}`, detail } };
    }
    case 'Admitted':
      return {
        ...NO_PLAN,
        actions: begin(world, 'TurnCame'),
        stage: { phase: 'Starting', reason: 'RecorderStarting', detail: '' },
      };
  }
}

function begin({ hasFinalizer }: RecordingWorld, reason: RecordingActionReason): readonly RecordingAction[] {
  return [...(hasFinalizer ? [] : [{ type: 'AddFinalizer', reason } as const]), { type: 'CreateRecorder', reason }];
}

function planRunning(world: RecordingWorld): RecordingPlan {
  const { batch, pod } = world;
  const end = endOf(world);
  const outcome = outcomeOf(world, end);
  if (outcome?.type === 'Over') return { ...NO_PLAN, end, stage: outcome.stage };
  if (outcome?.type === 'Unknown') return { ...NO_PLAN, end, requeueAfterMs: outcome.againAfterMs };
  const replacedMs = batch?.state === 'Active' ? replacedInMs(world) : undefined;
  const waits = [replacedMs, end === undefined ? nextEndMs(world) : undefined].filter(
    (ms) => ms !== undefined && ms > 0,
  );
  return {
    ...NO_PLAN,
    actions: replacedMs === 0 ? REPLACE : batch === undefined ? begin(world, 'RecorderReplaced') : [],
    stage: stageOf(world, end),
    end,
    tap: pod?.isRunning === true && !isComposing(world.report) ? pod.name : undefined,
    requeueAfterMs: waits.length === 0 ? undefined : Math.min(...waits.map(Number)),
  };
}

const REPLACE: readonly RecordingAction[] = [
  { type: 'DeleteRecorder', reason: 'RecorderReplaced' },
  { type: 'CreateRecorder', reason: 'RecorderReplaced' },
];
