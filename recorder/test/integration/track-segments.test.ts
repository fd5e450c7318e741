import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@parley/process/log.js';
import { startSegmentProcess, type WrittenFile } from '@parley/recorder/segments/segment-process.js';
import { TrackRecorder } from '@parley/recorder/segments/track-recorder.js';
import type { Codec, Gap } from '@parley/recorder/format/recording.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decode } from '../support/decode.js';
import { audioPackets, videoPackets, type SentPacket } from '../support/rtp-source.js';

const log = createLogger({ process: 'test', level: 'silent' });
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'segments-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

interface Recorded {
  readonly files: WrittenFile[];
  readonly gaps: Gap[];
  readonly keyFramesAsked: number[];
  readonly widths: number[];
}

interface Play {
  readonly codec: Codec;
  /** Streams, one after the other; each packet arrives when it was sent, after the recording's start by this. */
  readonly streams: readonly { readonly packets: readonly SentPacket[]; readonly atMs: number }[];
  readonly hasRoom?: (nowMs: number) => boolean;
}

/** A recording of half a minute takes as long as GStreamer needs for it: its clock is the packets'. */
async function record({ codec, streams, hasRoom = () => true }: Play): Promise<Recorded> {
  let nowMs = 0;
  let tickMs = 0;
  let processes = 0;
  const recorded: Recorded = { files: [], gaps: [], keyFramesAsked: [], widths: [] };
  const audio = codec === 'opus';
  const recorder = new TrackRecorder({
    track: {
      id: 't',
      participantId: 'p',
      kind: audio ? 'audio' : 'video',
      source: audio ? 'microphone' : 'camera',
      codec,
      muted: false,
    },
    log,
    nowMs: () => nowMs,
    hasRoom: () => hasRoom(nowMs),
    silenceReason: () => 'NoMedia',
    startProcess: (options) => {
      processes += 1;
      return startSegmentProcess({ ...options, directory: join(directory, String(processes)) });
    },
    requestKeyFrame: () => recorded.keyFramesAsked.push(nowMs),
    onFile: (file) => recorded.files.push(file),
    onGap: (gap) => recorded.gaps.push(gap),
    onResized: ({ width }) => recorded.widths.push(width),
    onLost: () => undefined,
  });
  for (const [i, { packets, atMs }] of streams.entries()) {
    recorder.streamStarted({
      ...{ number: i + 1, ssrc: i, payloadType: 96, clockRate: audio ? 48_000 : 90_000, channels: 2 },
      ...{ parameters: {}, keepsTimestamps: false },
    });
    for (const { rtp, sentMs } of packets) {
      for (; tickMs < atMs + sentMs; tickMs += 100) {
        nowMs = tickMs;
        recorder.tick();
        await new Promise((resolve) => setImmediate(resolve));
      }
      nowMs = atMs + sentMs;
      recorder.packet(rtp);
    }
  }
  await recorder.close();
  // Played at once, two processes may end in any order.
  recorded.files.sort((a, b) => a.startMs - b.startMs);
  recorded.widths.sort((a, b) => a - b);
  return recorded;
}

function lengths({ files }: Recorded): number[] {
  return files.map(({ startMs, untilMs }) => Math.round((untilMs - startMs) / 100) / 10);
}

describe('a track becomes segments that decode by themselves, at their time', () => {
  it.each([
    ['vp8', 'vp8'],
    ['vp9', 'vp9'],
    ['h264', 'h264'],
  ] as const)('%s, cut at key frames', async (codec, name) => {
    const packets = await videoPackets({ codec, seconds: 10 });
    const recorded = await record({ codec, streams: [{ packets, atMs: 5_000 }] });
    expect(lengths(recorded)).toEqual([4, 4, 2]);
    expect(recorded.gaps).toEqual([]);
    const decoded = await Promise.all(recorded.files.map(({ path }) => decode(path)));
    expect(decoded.map(({ frames }) => frames)).toEqual([60, 60, 30]);
    recorded.files.forEach(({ startMs, untilMs }, i) => {
      expect(decoded[i]).toMatchObject({ codec: name, firstMs: startMs - 5_000 });
      expect(untilMs - 5_000 - decoded[i]!.lastMs).toBeLessThanOrEqual(68);
    });
    expect(recorded.files[0]!.startMs).toBe(5_000);
  });

  it('opus', async () => {
    const packets = await audioPackets({ seconds: 10 });
    const recorded = await record({ codec: 'opus', streams: [{ packets, atMs: 1_000_700 }] });
    expect(recorded.files[0]!.startMs).toBe(1_000_700);
    expect(recorded.files.at(-1)!.untilMs).toBeCloseTo(1_010_700, -2);
    expect(Math.max(...lengths(recorded))).toBeLessThanOrEqual(4.5);
    recorded.files
      .slice(1)
      .forEach(({ startMs }, i) => expect(Math.abs(startMs - recorded.files[i]!.untilMs)).toBeLessThan(2));
    expect(recorded.files.length).toBe(3);
    const decoded = await Promise.all(recorded.files.map(({ path }) => decode(path)));
    expect(decoded.reduce((sum, { frames }) => sum + frames, 0)).toBe(packets.length);
    decoded.forEach(({ firstMs }, i) => expect(1_000_700 + firstMs).toBeCloseTo(recorded.files[i]!.startMs, -1));
  });

  it.each(['vp8', 'vp9', 'h264'] as const)('%s whose size changes on the way', async (codec) => {
    const small = await videoPackets({ codec, seconds: 5, width: 320 });
    const large = await videoPackets({ codec, seconds: 5, width: 640 });
    const recorded = await record({ codec, streams: [{ packets: spliced([small, large]), atMs: 0 }] });
    const decoded = await Promise.all(recorded.files.map(({ path }) => decode(path)));
    expect(recorded.widths).toEqual([320, 640]);
    expect(decoded.reduce((sum, { frames }) => sum + frames, 0)).toBe(150);
    expect([...new Set(decoded.flatMap(({ widths }) => widths))]).toEqual([320, 640]);
    expect(recorded.gaps).toEqual([]);
  });

  it('a stream that comes by another way goes on where it is', async () => {
    const packets = await videoPackets({ codec: 'vp8', seconds: 5 });
    const recorded = await record({
      codec: 'vp8',
      streams: [
        { packets, atMs: 0 },
        { packets, atMs: 5_000 },
      ],
    });
    expect(lengths(recorded)).toEqual([4, 1, 4, 1]);
    expect(recorded.files[2]!.startMs).toBe(5_000);
    expect(recorded.gaps).toEqual([]);
  });
});

describe('what is not recorded is a hole', () => {
  it('where nothing came, within a segment too', async () => {
    const packets = await videoPackets({ codec: 'vp8', seconds: 10 });
    const silent = packets.filter(({ sentMs }) => sentMs < 5_000 || sentMs >= 7_000);
    const recorded = await record({ codec: 'vp8', streams: [{ packets: renumbered(silent), atMs: 0 }] });
    expect(recorded.gaps).toEqual([{ trackId: 't', startMs: 5_000, durationMs: 2_000, reason: 'NoMedia' }]);
  });

  it('where the disk was full; then it goes on, and asks for a key frame', async () => {
    const packets = await videoPackets({ codec: 'vp8', seconds: 12 });
    const recorded = await record({
      codec: 'vp8',
      streams: [{ packets, atMs: 0 }],
      hasRoom: (nowMs) => nowMs < 3_000 || nowMs >= 7_900,
    });
    expect(recorded.gaps).toMatchObject([{ startMs: 3_000, reason: 'BufferFull' }]);
    expect(recorded.gaps[0]!.durationMs).toBeGreaterThan(4_800);
    expect(recorded.files.map(({ startMs }) => startMs)).toEqual([0, 8_000]);
    expect(recorded.keyFramesAsked.some((atMs) => atMs >= 7_900 && atMs < 8_200)).toBe(true);
  });
});

/** One stream of packets from several, whose numbers and times go on. */
function spliced(parts: readonly (readonly SentPacket[])[]): SentPacket[] {
  let sequence = 0;
  let shiftMs = 0;
  return parts.flatMap((packets) => {
    const first = packets[0]!.rtp.readUInt32BE(4);
    const shifted = packets.map(({ rtp, sentMs }) => {
      const copy = Buffer.from(rtp);
      copy.writeUInt16BE(sequence++ & 0xffff, 2);
      copy.writeUInt32BE((copy.readUInt32BE(4) - first + shiftMs * 90) >>> 0, 4);
      return { rtp: copy, sentMs: sentMs + shiftMs };
    });
    shiftMs += Math.round(packets.at(-1)!.sentMs + 1_000 / 15);
    return shifted;
  });
}

function renumbered(packets: readonly SentPacket[]): SentPacket[] {
  return packets.map(({ rtp, sentMs }, i) => {
    const copy = Buffer.from(rtp);
    copy.writeUInt16BE(i & 0xffff, 2);
    return { rtp: copy, sentMs };
  });
}
