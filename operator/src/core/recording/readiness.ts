import type { RecordingReason } from '@parley/crds/reasons.js';
import type { RecordingWorld } from './world.js';

/** Whether a RecordingJob that has not begun wants its turn. */
export type Readiness =
  | { readonly type: 'Ready' }
  | {
      readonly type: 'Waits';
      readonly reason: RecordingReason;
      readonly detail: string;
      /** When to look again, for what no event tells of. */
      readonly againAfterMs: number | undefined;
    }
  /** It never will. */
  | { readonly type: 'Over'; readonly reason: RecordingReason };

/** What was applied together may come in any order. */
const MEETING_MAY_COME_MS = 60_000;
const SECRET_AGAIN_MS = 5_000;

export function readinessOf(
  world: Pick<RecordingWorld, 'spec' | 'createdAtMs' | 'meeting' | 'storage' | 'nowMs'>,
): Readiness {
  const { spec, meeting, storage } = world;
  if (spec.stop) return { type: 'Over', reason: 'StoppedInQueue' };
  if (meeting.type === 'Ended') return { type: 'Over', reason: 'MeetingEnded' };
  if (meeting.type === 'Missing') {
    const againAfterMs = world.createdAtMs + MEETING_MAY_COME_MS - world.nowMs;
    if (againAfterMs <= 0) return { type: 'Over', reason: 'MeetingNotFound' };
    return { type: 'Waits', reason: 'MeetingNotFound', detail: '', againAfterMs };
  }
  if (storage.type === 'SecretMissing')
    return { type: 'Waits', reason: 'StorageSecretMissing', detail: storage.detail, againAfterMs: SECRET_AGAIN_MS };
  if (meeting.people === 0) return { type: 'Waits', reason: 'WaitsForPeople', detail: '', againAfterMs: undefined };
  return { type: 'Ready' };
}
