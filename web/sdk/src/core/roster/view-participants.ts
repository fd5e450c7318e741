import type { Quality } from '../quality/score-quality.js';
import { orderedParticipants, type Roster } from './roster.js';

/** Something that a participant sends. `Track` is the browser's MediaStreamTrack. */
export interface ParticipantMedia<Track = MediaStreamTrack> {
  readonly producerId: string;
  readonly kind: 'audio' | 'video';
  /** microphone, camera, screen or screen-audio. */
  readonly source: string;
  /** Muted, or switched off for now, by its participant. */
  readonly paused: boolean;
  /** Undefined while it is not received. */
  readonly track: Track | undefined;
}

export interface MeetingParticipant<Track = MediaStreamTrack> {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly joinedAtMs: number;
  readonly isLocal: boolean;
  readonly quality: Quality;
  readonly media: readonly ParticipantMedia<Track>[];
}

export interface ParticipantsWorld<Track> {
  readonly roster: Roster;
  readonly localId: string;
  readonly localMedia: readonly ParticipantMedia<Track>[];
  /** By producer. */
  readonly tracks: ReadonlyMap<string, Track>;
  readonly qualities: ReadonlyMap<string, Quality>;
}

/** Everybody in the order of joining, with what they send. Data channels are not media. */
export function viewParticipants<Track>(world: ParticipantsWorld<Track>): MeetingParticipant<Track>[] {
  const { roster, localId, tracks, qualities } = world;
  const remoteMedia = Map.groupBy(
    [...roster.producers.values()].flatMap((producer) => {
      const { id, participantId, kind, source, paused } = producer;
      if (kind === 'data') return [];
      return [{ participantId, media: { producerId: id, kind, source, paused, track: tracks.get(id) } }];
    }),
    ({ participantId }) => participantId,
  );
  return orderedParticipants(roster).map(({ id, name, region, joinedAtMs }) => ({
    id,
    name,
    region,
    joinedAtMs,
    isLocal: id === localId,
    quality: qualities.get(id) ?? 'unknown',
    media: id === localId ? world.localMedia : oneOfEachSource((remoteMedia.get(id) ?? []).map(({ media }) => media)),
  }));
}

/** Whoever moves to another node sends everything twice for a moment: what came later is shown once it is received. */
function oneOfEachSource<Track>(media: readonly ParticipantMedia<Track>[]): ParticipantMedia<Track>[] {
  return [...Map.groupBy(media, ({ source }) => source).values()].flatMap(
    (same) => same.findLast(({ track }) => track !== undefined) ?? same.at(-1) ?? [],
  );
}
