/** Whether recording is over, and why. Pure. */
import type { EndReason } from '../../format/recording.js';

export interface SessionFacts {
  readonly nowMs: number;
  /** Nobody is in the meeting since then; undefined: somebody is. */
  readonly emptySinceMs: number | undefined;
  /** What the operator said. */
  readonly stopped: EndReason | undefined;
  readonly meetingEnded: boolean;
}

export interface SessionLimits {
  readonly maxDurationMs: number;
  readonly emptyMeetingMs: number;
}

export interface SessionEnd {
  readonly reason: EndReason;
  readonly endMs: number;
}

export function whenOver(facts: SessionFacts, limits: SessionLimits): SessionEnd | undefined {
  const { nowMs, emptySinceMs } = facts;
  if (facts.stopped !== undefined) return { reason: facts.stopped, endMs: nowMs };
  if (facts.meetingEnded) return { reason: 'MeetingEnded', endMs: nowMs };
  if (nowMs >= limits.maxDurationMs) return { reason: 'MaxDuration', endMs: limits.maxDurationMs };
  if (emptySinceMs !== undefined && nowMs - emptySinceMs >= limits.emptyMeetingMs)
    return { reason: 'MeetingEmpty', endMs: nowMs };
  return undefined;
}
