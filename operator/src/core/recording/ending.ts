/** Why recording is to be over. The recorder ends by itself too; this holds for one that was told nothing, or does not. */
import type { RecordingEndReason } from '@parley/crds/reasons.js';
import type { RecordingWorld } from './world.js';

/** The recorder keeps its own time, and is asked only when it has not. */
const GRACE_MS = 15_000;

/** Undefined: it goes on. What was decided once, stays. */
export function endOf(world: RecordingWorld): RecordingEndReason | undefined {
  const { status, report, spec, meeting, nowMs } = world;
  const decided = status?.endReason ?? report?.endReason;
  if (decided !== undefined) return decided;
  if (spec.stop || world.isDeleting) return 'Stopped';
  if (meeting.type !== 'Open') return 'MeetingEnded';
  const [due] = duesOf(world).filter(({ atMs }) => atMs <= nowMs);
  return due?.reason;
}

/** In how long time alone ends it; undefined: never. */
export function nextEndMs(world: RecordingWorld): number | undefined {
  const waits = duesOf(world).map(({ atMs }) => Math.max(1, atMs - world.nowMs));
  return waits.length === 0 ? undefined : Math.min(...waits);
}

function duesOf({
  status,
  report,
  spec,
  meeting,
}: RecordingWorld): readonly { atMs: number; reason: RecordingEndReason }[] {
  const startedAtMs =
    report?.startedAtMs ?? (status?.startedAt === undefined ? undefined : Date.parse(status.startedAt));
  const emptySinceMs = meeting.type === 'Open' ? meeting.emptySinceMs : undefined;
  return [
    ...(startedAtMs === undefined
      ? []
      : [{ atMs: startedAtMs + spec.maxDurationSeconds * 1000 + GRACE_MS, reason: 'MaxDuration' } as const]),
    ...(emptySinceMs === undefined
      ? []
      : [{ atMs: emptySinceMs + spec.emptyMeetingSeconds * 1000 + GRACE_MS, reason: 'MeetingEmpty' } as const]),
  ];
}
