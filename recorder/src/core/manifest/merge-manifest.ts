/** The manifest: parts that pods wrote, of which composing and the status see the union. */
import { union, type Span } from '../gaps/spans.js';
import type { Ended, Manifest, ManifestPart, Recording, Segment, TimelineEvent } from '../../format/recording.js';

export function mergeManifest(recording: Recording, ended: Ended, parts: readonly ManifestPart[]): Manifest {
  return {
    recording,
    endMs: ended.endMs,
    endReason: ended.reason,
    segments: unique(parts.flatMap(({ segments }) => segments), ({ key }) => key).toSorted(bySegment),
    events: mergeEvents(parts),
    gaps: parts.flatMap(({ gaps }) => gaps).toSorted((a, b) => a.startMs - b.startMs),
  };
}

/** When a pod was recording. */
export function runningSpans(parts: readonly ManifestPart[]): Span[] {
  return union(parts.map(({ fromMs, untilMs }) => ({ fromMs, untilMs })));
}

/**
 * Each pod tells whom it found as they came to it. The first pod's word holds for what is already known: of events that change nothing, as
 * when the next pod finds somebody who was there before, none is kept.
 */
function mergeEvents(parts: readonly ManifestPart[]): TimelineEvent[] {
  const people = new Map<string, string>();
  const tracks = new Map<string, { muted: boolean; size: string }>();
  let speaker: string | undefined;
  const all = parts.flatMap(({ events }) => events).toSorted((a, b) => a.atMs - b.atMs);
  return all.filter((event) => {
    switch (event.type) {
      case 'ParticipantJoined':
      case 'ParticipantRenamed': {
        const isNews = people.get(event.participantId) !== event.name;
        people.set(event.participantId, event.name);
        return isNews;
      }
      case 'ParticipantLeft':
        return people.delete(event.participantId);
      case 'TrackStarted': {
        const isNews = !tracks.has(event.trackId);
        if (isNews) tracks.set(event.trackId, { muted: event.muted, size: '' });
        return isNews;
      }
      case 'TrackEnded':
        return tracks.delete(event.trackId);
      case 'TrackMuted':
      case 'TrackUnmuted': {
        const track = tracks.get(event.trackId);
        const muted = event.type === 'TrackMuted';
        if (track === undefined || track.muted === muted) return false;
        track.muted = muted;
        return true;
      }
      case 'TrackResized': {
        const track = tracks.get(event.trackId);
        const size = `${String(event.width)}x${String(event.height)}`;
        if (track === undefined || track.size === size) return false;
        track.size = size;
        return true;
      }
      case 'ActiveSpeaker': {
        const isNews = speaker !== event.participantId;
        speaker = event.participantId;
        return isNews;
      }
    }
  });
}

function bySegment(a: Segment, b: Segment): number {
  return a.trackId < b.trackId ? -1 : a.trackId > b.trackId ? 1 : a.startMs - b.startMs;
}

function unique<T>(all: readonly T[], keyOf: (one: T) => string): T[] {
  return [...new Map(all.map((one) => [keyOf(one), one])).values()];
}
