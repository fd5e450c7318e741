/** The manifest: parts that pods wrote, of which composing and the status see the union. */
import { attendAll } from '../session/attendance-state.js';
import { union, type Span } from '../gaps/spans.js';
import type { Ended, Manifest, ManifestPart, Recording, Segment } from '../../format/recording.js';

export function mergeManifest(recording: Recording, ended: Ended, parts: readonly ManifestPart[]): Manifest {
  return {
    recording,
    endMs: ended.endMs,
    endReason: ended.reason,
    segments: unique(
      parts.flatMap(({ segments }) => segments),
      ({ key }) => key,
    ).toSorted(bySegment),
    events: attendAll(parts.flatMap(({ events }) => events).toSorted((a, b) => a.atMs - b.atMs)).news,
    runs: runningSpans(parts),
    gaps: parts.flatMap(({ gaps }) => gaps).toSorted((a, b) => a.startMs - b.startMs),
  };
}

/** When a pod was recording. */
export function runningSpans(parts: readonly ManifestPart[]): Span[] {
  return union(parts.map(({ fromMs, untilMs }) => ({ fromMs, untilMs })));
}

function bySegment(a: Segment, b: Segment): number {
  return a.trackId < b.trackId ? -1 : a.trackId > b.trackId ? 1 : a.startMs - b.startMs;
}

function unique<T>(all: readonly T[], keyOf: (one: T) => string): T[] {
  return [...new Map(all.map((one) => [keyOf(one), one])).values()];
}
