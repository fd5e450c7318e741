import type { ConditionReason } from './reasons.js';

/** Ready: as many nodes as desired take participants. Progressing: nodes are being made, replaced or removed. */
export type SFUPoolConditionType = 'Ready' | 'Progressing';

/** As many TURN servers as desired are given to clients. */
export type TurnConditionType = 'TurnReady';

/**
 * Placed: people can join. Applied: the nodes have the latest topology. HasRoom: nobody had to wait lately; it is there once somebody
 * had to. Scheduled: it takes place now, or will again.
 */
export type MeetingConditionType = 'Placed' | 'Applied' | 'HasRoom' | 'Scheduled';

/**
 * Complete: the files are there and were checked. Storing: what is recorded reaches its store. Stored: what was recorded is in the store.
 */
export type RecordingConditionType = 'Complete' | 'Storing' | 'Stored';

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** One aspect of a resource's state, as `status.conditions` holds it. */
export interface Condition<T extends string = string> {
  readonly type: T;
  readonly status: ConditionStatus;
  readonly reason: ConditionReason;
  readonly message: string;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
  readonly observedGeneration: number;
}
