/**
 * A recorder that is not heard any more is replaced at once: Kubernetes would wait for a lost host's heartbeat, and longer with each
 * process that ends. Two don't record over each other: the tap is the new one's alone.
 */
import type { RecordingWorld } from './world.js';

/** A process that has ended is started again on its disk within this. */
const RESTART_MS = 5_000;
/** Of recorders for one job; after that Kubernetes' own ways are enough. */
const MAX_ATTEMPTS = 20;

/** In how long it is to be replaced, 0: now; undefined: it is not. */
export function replacedInMs(world: RecordingWorld): number | undefined {
  const { pod, report, status } = world;
  if (pod?.lostForMs === undefined || report?.phase !== 'Recording' || !world.hearsMeeting) return undefined;
  // Its disk holds what the store does not have yet.
  if (report.storageWaiting !== undefined) return undefined;
  if (Math.max(pod.attempts, status?.attempts ?? 0) >= MAX_ATTEMPTS) return undefined;
  return Math.max(0, RESTART_MS - pod.lostForMs);
}
