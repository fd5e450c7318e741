/**
 * The line between the tap, which takes part in the meeting, and what records it. The tap calls its listener synchronously, as things come
 * in: whoever measures times takes his own. A track's id is its producer's. A participant that moves to another node comes with new
 * producers, so for some seconds it may have two tracks of one source: the one that started last counts.
 */
import type { Codec, TrackSource } from '../format/recording.js';

export interface TapParticipant {
  readonly id: string;
  readonly name: string;
}

/** Something that a participant sends: from when it is announced until it is closed, whether or not it has reached us. */
export interface TapTrack {
  readonly id: string;
  readonly participantId: string;
  readonly kind: 'audio' | 'video';
  readonly source: TrackSource;
  readonly codec: Codec;
  /** Nothing is to be expected of it until it is unmuted. */
  readonly muted: boolean;
}

/** One run of RTP of a track: the track begins with one, and has another when it comes by another node, or after a worker's death. */
export interface TapStream {
  /** Of this track, from 1. Packets are of the newest; late ones of the one before don't come any more. */
  readonly number: number;
  readonly ssrc: number;
  readonly payloadType: number;
  readonly clockRate: number;
  readonly channels: number;
  /** The codec's own (fmtp): `packetization-mode`, `profile-id` … */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Its timestamps go on from the stream's before, without one that was there already. Otherwise they have another zero. */
  readonly keepsTimestamps: boolean;
}

export interface TapListener {
  /** Whether the meeting reaches us now. The first time that it does, everybody who is there comes right after. */
  connectionChanged(isConnected: boolean): void;
  participantJoined(participant: TapParticipant): void;
  participantRenamed(participant: TapParticipant): void;
  /** After its tracks have ended. */
  participantLeft(participantId: string): void;
  trackStarted(track: TapTrack): void;
  trackMuted(trackId: string, muted: boolean): void;
  trackEnded(trackId: string): void;
  /** Right before its first packet. A video's first packet begins a key frame. */
  streamStarted(trackId: string, stream: TapStream): void;
  /**
   * One RTP packet, header included, as it comes from the worker: in the order of arrival, so now and then out of sequence. Its sequence
   * numbers have no holes but for what was lost.
   */
  packet(trackId: string, rtp: Buffer): void;
  /** @param participantId undefined: nobody speaks. */
  activeSpeakerChanged(participantId: string | undefined): void;
}

/** What the recorder asks of the tap. */
export interface TapControl {
  /** Of a video. Asked for often, it is sent once a second at most. */
  requestKeyFrame(trackId: string): void;
}
