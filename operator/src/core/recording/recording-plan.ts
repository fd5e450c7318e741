import type { RecordingActionReason, RecordingEndReason, RecordingStorageReason } from '@parley/crds/reasons.js';
import type { RecordingStage } from './outcome.js';
import type { RecordingWorld } from './world.js';

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

export const NO_PLAN: RecordingPlan = {
  actions: [],
  stage: undefined,
  end: undefined,
  data: undefined,
  tap: undefined,
  requeueAfterMs: undefined,
};

/** Kubernetes may let it go. */
export function release({ hasFinalizer }: RecordingWorld): readonly RecordingAction[] {
  return hasFinalizer ? [{ type: 'RemoveFinalizer', reason: 'RecorderOver' }] : [];
}
