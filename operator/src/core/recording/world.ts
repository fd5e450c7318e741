import type {
  RecordingGapStatus,
  RecordingJobSpec,
  RecordingJobStatus,
  RecordingOutputStatus,
} from '@parley/crds/recording-job.js';
import type { RecordingEndReason, RecordingReason } from '@parley/crds/reasons.js';
import type { QueuePlace } from './queue.js';

/** One RecordingJob, and all that is decided by. */
export interface RecordingWorld {
  readonly spec: RecordingJobSpec;
  readonly createdAtMs: number;
  readonly isDeleting: boolean;
  readonly hasFinalizer: boolean;
  /** As written last: what was decided for good stands in it. */
  readonly status: RecordingJobStatus | undefined;
  readonly meeting: ObservedMeeting;
  readonly storage: ObservedStorage;
  readonly turn: Turn;
  /** The batch Job that records, of several the last. */
  readonly batch: ObservedBatch | undefined;
  /** The batch Job that deletes what was stored. */
  readonly deletion: ObservedBatch | undefined;
  /** The newest pod of the first. */
  readonly pod: ObservedRecorder | undefined;
  /** What the API server said when it did not take the recorder's Job. */
  readonly refusal: string | undefined;
  /** The operator hears the meeting's nodes: what it does not hear, is lost. */
  readonly hearsMeeting: boolean;
  /** What the recorder said last: over its stream, or when it ended. */
  readonly report: ReportedRecording | undefined;
  readonly nowMs: number;
}

export type ObservedMeeting =
  | { readonly type: 'Missing' }
  | { readonly type: 'Ended' }
  | {
      readonly type: 'Open';
      readonly people: number;
      /** Since when nobody is in it, as far as this leader has seen; undefined: people are. */
      readonly emptySinceMs: number | undefined;
    };

export type ObservedStorage = { readonly type: 'Ready' } | { readonly type: 'SecretMissing'; readonly detail: string };

export type Turn =
  | { readonly type: 'Admitted' }
  | { readonly type: 'Waiting'; readonly place: QueuePlace }
  /** Others that may come before it were not looked at yet. */
  | { readonly type: 'Undecided' };

export interface ObservedBatch {
  readonly state: 'Active' | 'Complete' | 'Failed' | 'Ending';
  /** Kubernetes' own reason of a Job that has failed. */
  readonly failedReason: string | undefined;
  readonly failedMessage: string | undefined;
  readonly finishedAtMs: number | undefined;
  /** Of what its pod said at its end; undefined: it was no failure. */
  readonly failure: ReportedFailure | undefined;
}

export interface ObservedRecorder {
  readonly name: string;
  /** What stands in the way of it, with its words. */
  readonly obstacle: { readonly reason: RecordingReason; readonly detail: string } | undefined;
  readonly isRunning: boolean;
  /** Its stream is open, and it speaks. */
  readonly isHeard: boolean;
  /** For how long it has not been heard, of one that this leader has heard; undefined: it is heard, or never was. */
  readonly lostForMs: number | undefined;
  /** Recorders that were started for the job, this one among them. */
  readonly attempts: number;
}

export interface ReportedFailure {
  readonly reason: RecordingReason;
  readonly message: string;
}

/** A recorder's report in the terms of the status. */
export interface ReportedRecording {
  readonly recorder: string;
  readonly phase: 'Waiting' | 'Recording' | 'Composing' | 'Checking' | 'Done' | 'Failed';
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly endReason: RecordingEndReason | undefined;
  readonly recordedMs: number;
  readonly missingMs: number;
  readonly tracks: number;
  readonly segments: number;
  readonly uploadedBytes: number;
  readonly progressPercent: number;
  readonly gaps: readonly RecordingGapStatus[];
  readonly moreGaps: number;
  readonly outputs: readonly RecordingOutputStatus[];
  readonly moreOutputs: number;
  /** Why what is recorded can't be stored just now. */
  readonly storageWaiting: ReportedFailure | undefined;
  readonly failure: ReportedFailure | undefined;
}

export function isOver(status: RecordingJobStatus | undefined): status is RecordingJobStatus {
  return status?.phase === 'Completed' || status?.phase === 'Failed';
}

/** It has had its turn. */
export function hasBegun({ status, batch }: Pick<RecordingWorld, 'status' | 'batch'>): boolean {
  return batch !== undefined || (status?.phase !== undefined && status.phase !== 'Queued');
}
