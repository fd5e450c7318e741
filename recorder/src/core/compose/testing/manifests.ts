/** Manifests for tests. */
import fc from 'fast-check';
import type { Manifest, Segment, TimelineEvent, TrackSource } from '../../../format/recording.js';

export function aManifest(parts: Partial<Manifest> = {}): Manifest {
  const endMs = parts.endMs ?? 60_000;
  return {
    recording: {
      version: 1,
      startedAtMs: 1_700_000_000_000,
      namespace: 'demo',
      job: 'rec',
      meetingId: 'abc',
      title: 'Stand-up',
    },
    endMs,
    endReason: 'Stopped',
    segments: [],
    events: [],
    gaps: [],
    runs: [{ fromMs: 0, untilMs: endMs }],
    ...parts,
  };
}

export function joined(atMs: number, participantId: string, name: string = participantId): TimelineEvent {
  return { type: 'ParticipantJoined', atMs, participantId, name };
}

export function left(atMs: number, participantId: string): TimelineEvent {
  return { type: 'ParticipantLeft', atMs, participantId };
}

export function speaks(atMs: number, participantId?: string): TimelineEvent {
  return { type: 'ActiveSpeaker', atMs, ...(participantId === undefined ? {} : { participantId }) };
}

/** A track's id is `<participant>-<source>`, with a number where there are several. */
export function started(atMs: number, trackId: string): TimelineEvent {
  const [participantId = '', ...rest] = trackId.split('-');
  const source = rest.join('-').replace(/-?\d+$/, '') as TrackSource;
  const codec = source === 'camera' || source === 'screen' ? 'vp8' : 'opus';
  return { type: 'TrackStarted', atMs, trackId, participantId, source, codec, muted: false };
}

export function muted(atMs: number, trackId: string): TimelineEvent {
  return { type: 'TrackMuted', atMs, trackId };
}

export function unmuted(atMs: number, trackId: string): TimelineEvent {
  return { type: 'TrackUnmuted', atMs, trackId };
}

export function ended(atMs: number, trackId: string): TimelineEvent {
  return { type: 'TrackEnded', atMs, trackId };
}

/** Of 4 s each; the last may be shorter. */
export function segments(trackId: string, fromMs: number, untilMs: number, recorder = 'first'): Segment[] {
  const made: Segment[] = [];
  for (let startMs = fromMs; startMs < untilMs; startMs += 4_000) {
    const durationMs = Math.min(4_000, untilMs - startMs);
    made.push({
      trackId,
      startMs,
      durationMs,
      bytes: 1_000,
      key: `segments/${recorder}/${trackId}/${startMs}-${durationMs}.mkv`,
    });
  }
  return made;
}

const endMs = 90_000;
const time = fc.integer({ min: 0, max: endMs });
const span = fc.tuple(time, time).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);

const anyTrack = (trackId: string): fc.Arbitrary<{ events: TimelineEvent[]; segments: Segment[] }> =>
  fc
    .record({
      life: span,
      pauses: fc.array(span, { maxLength: 3 }),
      recorded: fc.array(fc.tuple(span, fc.constantFrom('first', 'second')), { maxLength: 4 }),
    })
    .map(({ life, pauses, recorded }) => ({
      events: [
        started(life[0], trackId),
        ...pauses.flatMap(([from, until]) => [muted(from, trackId), unmuted(until, trackId)]),
        ended(life[1], trackId),
      ],
      segments: recorded.flatMap(([[from, until], recorder]) => segments(trackId, from, until, recorder)),
    }));

const anyPerson = (id: string): fc.Arbitrary<{ events: TimelineEvent[]; segments: Segment[] }> =>
  fc
    .record({
      stays: fc.array(span, { minLength: 1, maxLength: 2 }),
      tracks: fc.tuple(
        ...['camera', 'camera-2', 'microphone', 'screen'].map((source) => fc.option(anyTrack(`${id}-${source}`))),
      ),
      words: fc.array(time, { maxLength: 6 }),
    })
    .map(({ stays, tracks, words }) => ({
      events: [
        ...stays.flatMap(([from, until]) => [joined(from, id), left(until, id)]),
        ...words.map((atMs) => speaks(atMs, id)),
        ...tracks.flatMap((track) => track?.events ?? []),
      ],
      segments: tracks.flatMap((track) => track?.segments ?? []),
    }));

/** Of any number of people up to 40, of whom some come, leave, mute and share at any time, with whatever of it recorded. */
export const anyManifest: fc.Arbitrary<Manifest> = fc
  .integer({ min: 0, max: 40 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => anyPerson(`p${index}`))))
  .map((people) => {
    const unique = new Map(people.flatMap((person) => person.segments).map((segment) => [segment.key, segment]));
    return aManifest({
      endMs,
      events: people.flatMap(({ events }) => events).toSorted((a, b) => a.atMs - b.atMs),
      segments: [...unique.values()].toSorted((a, b) => a.startMs - b.startMs),
    });
  });
