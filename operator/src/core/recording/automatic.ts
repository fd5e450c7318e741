/** Whether a meeting that is recorded automatically gets a RecordingJob now: one for each time that people gather. */
import type { RecordingEndReason } from '@parley/crds/reasons.js';
import type { RecordingPhase } from '@parley/crds/recording-job.js';

export interface AutomaticWorld {
  readonly isAutomatic: boolean;
  readonly isOpen: boolean;
  readonly people: number;
  /** When the first of those who are in it came, as this leader has seen it; undefined: they were in it before this leader looked. */
  readonly gatheredAtMs: number | undefined;
  /** The last RecordingJob that was made so for the meeting. */
  readonly latest:
    | {
        readonly createdAtMs: number;
        readonly phase: RecordingPhase;
        readonly endReason: RecordingEndReason | undefined;
      }
    | undefined;
}

/** Creation is told in whole seconds, rounded down. */
const CREATION_MS = 1_000;

export function startsAutomatically({ isAutomatic, isOpen, people, gatheredAtMs, latest }: AutomaticWorld): boolean {
  if (!isAutomatic || !isOpen || people === 0) return false;
  if (latest === undefined) return true;
  // Who left for less than emptyMeetingSeconds is recorded on.
  const isOver = latest.phase === 'Completed' || latest.phase === 'Failed';
  if (!isOver && latest.endReason === undefined) return false;
  // What was stopped, or has failed, is not begun again for the same people.
  if (gatheredAtMs === undefined) return latest.endReason === 'MeetingEmpty';
  return gatheredAtMs >= latest.createdAtMs + CREATION_MS;
}
