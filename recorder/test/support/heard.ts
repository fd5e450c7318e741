/** All that a tap told. */
import type { TapListener, TapParticipant, TapStream, TapTrack } from '@parley/recorder/tap/tap-port.js';

export interface HeardTrack {
  readonly track: TapTrack;
  readonly streams: TapStream[];
  /** RTP timestamps, in the order of arrival. */
  readonly timestamps: number[];
  /** Their RTP sequence numbers; those of different streams have nothing to do with each other. */
  readonly sequence: number[];
  /** Packets that had come when each stream began. */
  readonly begins: number[];
  /** In the last key frame (VP8). */
  width: number | undefined;
  muted: boolean;
  ended: boolean;
}

export interface Heard extends TapListener {
  readonly connected: boolean;
  readonly people: ReadonlyMap<string, TapParticipant>;
  readonly tracks: ReadonlyMap<string, HeardTrack>;
  /** Undefined is nobody. */
  readonly speakers: readonly (string | undefined)[];
  /** What would be an error of the tap: packets before a stream, of a track that is not there … */
  readonly faults: readonly string[];
}

export function listen(): Heard {
  const people = new Map<string, TapParticipant>();
  const tracks = new Map<string, HeardTrack>();
  const speakers: (string | undefined)[] = [];
  const faults: string[] = [];
  let connected = false;
  const open = (id: string, what: string): HeardTrack | undefined => {
    const found = tracks.get(id);
    if (found?.ended === false) return found;
    faults.push(`${what} of ${id}, which is not there`);
    return undefined;
  };
  return {
    get connected() {
      return connected;
    },
    people,
    tracks,
    speakers,
    faults,
    connectionChanged: (isConnected) => (connected = isConnected),
    participantJoined: (participant) => people.set(participant.id, participant),
    participantRenamed: (participant) => people.set(participant.id, participant),
    participantLeft(id): void {
      people.delete(id);
      for (const { track, ended } of tracks.values())
        if (track.participantId === id && !ended) faults.push(`${id} left before ${track.id} ended`);
    },
    trackStarted: (track) =>
      tracks.set(track.id, {
        track,
        streams: [],
        timestamps: [],
        sequence: [],
        begins: [],
        width: undefined,
        muted: track.muted,
        ended: false,
      }),
    trackMuted(id, muted): void {
      const track = open(id, 'mute');
      if (track !== undefined) track.muted = muted;
    },
    trackEnded(id): void {
      const track = open(id, 'end');
      if (track !== undefined) track.ended = true;
    },
    streamStarted(id, stream): void {
      const track = open(id, 'stream');
      track?.streams.push(stream);
      track?.begins.push(track.timestamps.length);
    },
    packet(id, rtp): void {
      const track = open(id, 'packet');
      if (track === undefined) return;
      if (track.streams.at(-1)?.ssrc !== rtp.readUInt32BE(8)) faults.push(`a packet of another stream of ${id}`);
      track.timestamps.push(rtp.readUInt32BE(4));
      track.sequence.push(rtp.readUInt16BE(2));
      track.width = keyFrameWidth(rtp) ?? track.width;
    },
    activeSpeakerChanged: (id) => speakers.push(id),
  };
}

/** RFC 7741: past the header and the descriptor, a key frame has its start code and its width. */
function keyFrameWidth(packet: Buffer): number | undefined {
  const at = packet.indexOf(Buffer.from([0x9d, 0x01, 0x2a]), 12);
  return at < 0 || at + 5 > packet.length ? undefined : packet.readUInt16LE(at + 3) & 0x3fff;
}
