/** A tap that plays packets made beforehand as if people were sending them, over and over, with times and numbers that go on. */
import type { MeetingTap } from '@parley/recorder/program/recorder.js';
import type { TapListener } from '@parley/recorder/tap/tap-port.js';
import { audioPackets, videoPackets, type SentPacket } from './rtp-source.js';

export interface PlayedTrack {
  readonly id: string;
  readonly packets: readonly SentPacket[];
  readonly audio: boolean;
}

const periodMs = 10_000;

/** Of ann: a camera with a key frame every second, and a microphone. */
export async function annsTracks(): Promise<PlayedTrack[]> {
  const [video, audio] = await Promise.all([
    videoPackets({ codec: 'vp8', seconds: periodMs / 1_000, keyFrameEverySeconds: 1 }),
    audioPackets({ seconds: periodMs / 1_000 }),
  ]);
  return [
    { id: 'camera', packets: video, audio: false },
    { id: 'microphone', packets: audio.filter(({ sentMs }) => sentMs < periodMs), audio: true },
  ];
}

export function playTap(listener: TapListener, tracks: readonly PlayedTrack[]): MeetingTap {
  listener.connectionChanged(true);
  listener.participantJoined({ id: 'ann', name: 'Ann' });
  for (const { id, audio } of tracks) {
    listener.trackStarted({
      ...{ id, participantId: 'ann', kind: audio ? 'audio' : 'video', source: audio ? 'microphone' : 'camera' },
      ...{ codec: audio ? 'opus' : 'vp8', muted: false },
    });
    listener.streamStarted(id, {
      ...{ number: 1, ssrc: 1, payloadType: 96, clockRate: audio ? 48_000 : 90_000, channels: 2, parameters: {} },
      keepsTimestamps: false,
    });
  }
  const stop = play(tracks, (id, rtp) => listener.packet(id, rtp));
  return {
    applyTopology: () => undefined,
    requestKeyFrame: () => undefined,
    close: () => {
      stop();
      return Promise.resolve();
    },
  };
}

/** In real time, over and over, with times and numbers that go on; until the returned function is called. */
export function play(tracks: readonly PlayedTrack[], onPacket: (id: string, rtp: Buffer) => void): () => void {
  const startedAt = performance.now();
  const played = tracks.map(() => 0);
  const timer = setInterval(() => {
    const nowMs = performance.now() - startedAt;
    for (const [i, { id, packets, audio }] of tracks.entries()) {
      for (;;) {
        const count = played[i]!;
        const { rtp, sentMs } = packets[count % packets.length]!;
        const round = Math.floor(count / packets.length);
        if (round * periodMs + sentMs > nowMs) break;
        const copy = Buffer.from(rtp);
        copy.writeUInt16BE(
          (rtp.readUInt16BE(2) - packets[0]!.rtp.readUInt16BE(2) + 0x10000 + count - (count % packets.length)) & 0xffff,
          2,
        );
        copy.writeUInt32BE((rtp.readUInt32BE(4) + round * periodMs * (audio ? 48 : 90)) >>> 0, 4);
        onPacket(id, copy);
        played[i] = count + 1;
      }
    }
  }, 20);
  return () => clearInterval(timer);
}
