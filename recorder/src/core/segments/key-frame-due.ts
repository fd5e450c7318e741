/** When a video's next segment is to begin: a key frame is asked for then. Tracks take turns, so that they don't all send one at once. */
import { segmentMs } from './pipeline.js';

export interface KeyFrameTimes {
  /** When the segment that is being written began. */
  readonly cutAtMs: number;
  /** Undefined: not since the last cut. */
  readonly askedAtMs: number | undefined;
  /** Whether what was lost makes the pictures useless until the next one. */
  readonly isBroken: boolean;
}

const askAgainMs = 1_000;

export function isKeyFrameDue({ cutAtMs, askedAtMs, isBroken }: KeyFrameTimes, nowMs: number): boolean {
  if (askedAtMs !== undefined && nowMs - askedAtMs < askAgainMs) return false;
  return isBroken || nowMs - cutAtMs >= segmentMs;
}

/** A track's own place in the turn: as if its first segment had begun so much earlier. */
export function turnOf(trackId: string): number {
  // FNV-1a
  let hash = 0x811c9dc5;
  for (const character of trackId) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return hash % (segmentMs / 2);
}
