/**
 * Who is in the meeting and what they send, as the manifest's events say it: what a pod finds that goes on from another's manifest, and
 * which events are news. Pure.
 */
import type { TimelineEvent } from '../../format/recording.js';

export interface AttendanceState {
  readonly names: ReadonlyMap<string, string>;
  readonly tracks: ReadonlyMap<string, { readonly participantId: string; readonly muted: boolean }>;
  readonly speaker: string | undefined;
}

export const nobody: AttendanceState = { names: new Map(), tracks: new Map(), speaker: undefined };

/** Undefined: nothing that was not known. */
export function attend(state: AttendanceState, event: TimelineEvent): AttendanceState | undefined {
  switch (event.type) {
    case 'ParticipantJoined':
    case 'ParticipantRenamed':
      if (state.names.get(event.participantId) === event.name) return undefined;
      return { ...state, names: new Map(state.names).set(event.participantId, event.name) };
    case 'ParticipantLeft':
      if (!state.names.has(event.participantId)) return undefined;
      return { ...state, names: without(state.names, event.participantId) };
    case 'ActiveSpeaker':
      return state.speaker === event.participantId ? undefined : { ...state, speaker: event.participantId };
    default: {
      const tracks = attendTrack(state.tracks, event);
      return tracks && { ...state, tracks };
    }
  }
}

type Tracks = AttendanceState['tracks'];

function attendTrack(tracks: Tracks, event: Extract<TimelineEvent, { trackId: string }>): Tracks | undefined {
  const track = tracks.get(event.trackId);
  if (event.type === 'TrackStarted') {
    const { participantId, muted } = event;
    return track === undefined ? new Map(tracks).set(event.trackId, { participantId, muted }) : undefined;
  }
  if (track === undefined) return undefined;
  if (event.type === 'TrackEnded') return without(tracks, event.trackId);
  if (event.type === 'TrackResized') return tracks;
  const muted = event.type === 'TrackMuted';
  return track.muted === muted ? undefined : new Map(tracks).set(event.trackId, { ...track, muted });
}

/** Events without those that tell nothing new, and the state after them. */
export function attendAll(
  events: readonly TimelineEvent[],
  from: AttendanceState = nobody,
): { readonly news: readonly TimelineEvent[]; readonly state: AttendanceState } {
  let state = from;
  const news = events.filter((event) => {
    const next = attend(state, event);
    state = next ?? state;
    return next !== undefined;
  });
  return { news, state };
}

/** Of those that an earlier pod knew, who has gone while no pod was there. */
export function departures(
  known: AttendanceState,
  here: { readonly participants: ReadonlySet<string>; readonly tracks: ReadonlySet<string> },
  atMs: number,
): TimelineEvent[] {
  const tracks = [...known.tracks.keys()].filter((trackId) => !here.tracks.has(trackId));
  const people = [...known.names.keys()].filter((participantId) => !here.participants.has(participantId));
  return [
    ...tracks.map((trackId): TimelineEvent => ({ type: 'TrackEnded', atMs, trackId })),
    ...people.map((participantId): TimelineEvent => ({ type: 'ParticipantLeft', atMs, participantId })),
  ];
}

function without<V>(map: ReadonlyMap<string, V>, key: string): Map<string, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
