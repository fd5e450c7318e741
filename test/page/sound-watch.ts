/**
 * When a remote voice is heard, as decoded: ten milliseconds of silence where a steady tone should be are a gap. Only what takes the
 * voice's place is listened to, as its hearer does.
 */
import type { SoundReport, Stall } from '@parley/e2e/probe/probe-contract.js';
import { createVoicePlayer } from '@parley/sdk/media/voice-player.js';

interface Heard {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SoundWatch {
  /** From now on this is what is heard. */
  add(track: MediaStreamTrack): void;
  report(sinceMs: number): SoundReport;
}

/** Of full scale: concealed loss fades below it. */
const audibleAmplitude = 0.02;
const reportedGapMs = 20;
const keptSpans = 2_000;
/** What follows within this is one sound: frames come at a steady pace, and their times are rounded. */
const slackMs = 2;

export function createSoundWatch(): SoundWatch {
  const heard: Heard[] = [];
  let current: MediaStreamTrack | undefined;
  /** Decoded already, and not heard yet. */
  const coming = new Set<MediaStreamTrack>();

  const hear = (span: Heard): void => {
    const last = heard.at(-1);
    if (last !== undefined && span.fromMs - last.toMs <= slackMs) heard.pop();
    heard.push({
      fromMs: last !== undefined && span.fromMs - last.toMs <= slackMs ? last.fromMs : span.fromMs,
      toMs: span.toMs,
    });
    if (heard.length > keptSpans) heard.shift();
  };
  const read = async (track: MediaStreamTrack): Promise<void> => {
    const reader = new MediaStreamTrackProcessor<AudioData>({ track, maxBufferSize: 50 }).readable.getReader();
    // Frames arrive late when the page is busy, never early: the smallest distance is that of the clocks.
    let offsetMs = Number.POSITIVE_INFINITY;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const frame = next.value;
      const mediaMs = frame.timestamp / 1_000;
      const lengthMs = frame.duration / 1_000;
      offsetMs = Math.min(offsetMs, Date.now() - mediaMs - lengthMs);
      const isAudible = peakOf(frame) >= audibleAmplitude;
      frame.close();
      if (track !== current && !coming.has(track)) break;
      if (isAudible && track === current) hear({ fromMs: mediaMs + offsetMs, toMs: mediaMs + offsetMs + lengthMs });
    }
    await reader.cancel();
  };

  const player = createVoicePlayer({
    createElement: (track) => {
      coming.add(track);
      void read(track);
      return Object.assign(new Audio(), { volume: 0 });
    },
    heard: (_, track) => {
      current = track;
      coming.delete(track);
    },
  });

  return {
    add: (track) => player.play(track),
    report: (sinceMs) => {
      const nowMs = Date.now();
      const spans = heard.filter(({ toMs }) => toMs >= sinceMs);
      const gaps = spans.flatMap(({ fromMs }, index): Stall[] => {
        const before = spans[index - 1];
        return before !== undefined && fromMs - before.toMs > reportedGapMs
          ? [{ fromMs: before.toMs, toMs: fromMs }]
          : [];
      });
      const last = spans.at(-1);
      return {
        isHeard: last !== undefined,
        sinceLastMs: last === undefined ? Number.POSITIVE_INFINITY : nowMs - last.toMs,
        gaps,
      };
    },
  };
}

const samples = new Float32Array(48_000);

function peakOf(frame: AudioData): number {
  const data = samples.subarray(0, frame.numberOfFrames);
  frame.copyTo(data, { planeIndex: 0, format: 'f32-planar' });
  return data.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
}
