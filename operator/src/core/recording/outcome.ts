/** How a recording that has begun has ended. */
import type { RecordingPhase } from '@parley/crds/recording-job.js';
import type { RecordingEndReason, RecordingReason } from '@parley/crds/reasons.js';
import type { ObservedBatch, RecordingWorld, ReportedRecording } from './world.js';

/** Where a recording stands, for its status. */
export interface RecordingStage {
  readonly phase: RecordingPhase;
  readonly reason: RecordingReason;
  readonly detail: string;
}

export type Outcome =
  | { readonly type: 'Over'; readonly stage: RecordingStage }
  /** It may still be told: look again. */
  | { readonly type: 'Unknown'; readonly againAfterMs: number };

/** The watch of pods may be behind that of Jobs. */
const LAST_REPORT_MS = 10_000;

/** Undefined: it is not over. */
export function outcomeOf(world: RecordingWorld, end: RecordingEndReason | undefined): Outcome | undefined {
  const { batch, report } = world;
  if (report?.phase === 'Done') return over(doneStage(report));
  if (report?.phase === 'Failed') {
    const { reason, message } = report.failure ?? { reason: 'OutcomeUnknown', message: '' };
    return over(failedStage(reason, message));
  }
  if (end !== undefined && !hasRecorded(world) && world.pod?.isRunning !== true)
    return over(failedStage(end === 'MeetingEnded' ? 'MeetingEnded' : 'StoppedInQueue'));
  return batch === undefined ? undefined : outcomeOfBatch(batch, world.nowMs);
}

function doneStage({ missingMs, gaps, moreGaps }: ReportedRecording): RecordingStage {
  const isWhole = missingMs === 0 && gaps.length + moreGaps === 0;
  return { phase: 'Completed', reason: isWhole ? 'RecordingComplete' : 'RecordingHasGaps', detail: '' };
}

function outcomeOfBatch(batch: ObservedBatch, nowMs: number): Outcome | undefined {
  if (batch.state === 'Failed') {
    const reason = batch.failedReason === 'DeadlineExceeded' ? 'RecorderTimedOut' : 'RecorderGaveUp';
    return over(failedStage(reason, batch.failedMessage));
  }
  if (batch.state !== 'Complete') return undefined;
  const againAfterMs = (batch.finishedAtMs ?? nowMs) + LAST_REPORT_MS - nowMs;
  return againAfterMs > 0 ? { type: 'Unknown', againAfterMs } : over(failedStage('OutcomeUnknown'));
}

export function hasRecorded({ report, status }: Pick<RecordingWorld, 'report' | 'status'>): boolean {
  return report?.startedAtMs !== undefined || status?.startedAt !== undefined;
}

export function failedStage(reason: RecordingReason, detail = ''): RecordingStage {
  return { phase: 'Failed', reason, detail };
}

function over(stage: RecordingStage): Outcome {
  return { type: 'Over', stage };
}
